"""A finished result whose files were deleted to make it again is put back if it is the same."""

import json
import shutil
import time

import pytest

from apnet.evaluation.run import evaluate
from apnet.records import kept
from apnet.training.run_folder import is_finished
from tests.unit import runs

FILES = ("model.safetensors", "run.json")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def deleted(whole, tmp_path):
    """A copy of it as Snakemake leaves it before its jobs run again."""
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    kept.keep(*(folder / name for name in FILES))
    for name in FILES:
        (folder / name).unlink()
    return folder


def same_files(folder, other):
    return all((folder / name).read_bytes() == (other / name).read_bytes() for name in FILES)


def test_a_finished_run_is_put_back(deleted, whole, root):
    begin = time.time()
    assert runs.run(deleted, root) == [f"{deleted} is already trained; delete it to train again"]
    assert same_files(deleted, whole)
    assert runs.files(deleted) == runs.files(whole)
    # Snakemake takes no output that is older than an input.
    assert all((deleted / name).stat().st_mtime >= begin - 1 for name in FILES)


def finished(folder, data=None, **other):
    """Whether the folder holds this run, and what is said."""
    said, record = [], json.loads((folder / ".kept" / "run.json").read_text() or "{}")
    data = record.get("data", {}) | (data or {})
    return is_finished(folder, runs.settings(**other), data, None, said.append), said


@pytest.mark.parametrize(
    ("other", "named"),
    [({"seed": 1}, "settings"), ({"lr": 1}, "settings"), ({"data": {"fingerprint": "0"}}, "data")],
)
def test_another_run_is_not_put_back(deleted, other, named):
    sentence = f"another run was finished here, with other {named}: kept until this one ends"
    assert finished(deleted, **other) == (False, [sentence])
    assert finished(deleted)[0]


@pytest.mark.parametrize("name", FILES)
def test_what_was_damaged_is_not_put_back(deleted, name):
    (deleted / ".kept" / name).write_bytes(b"{}")
    assert not finished(deleted)[0]


def test_what_was_kept_goes_once_it_is_made_again(deleted, whole, root):
    (deleted / ".kept" / "model.safetensors").write_bytes(b"cut short")
    runs.run(deleted, root)
    assert runs.same_weights(deleted, whole) and runs.files(deleted) == runs.files(whole)


def test_where_there_are_no_links_files_are_moved(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    file = tmp_path / "weights"
    file.write_text("finished")
    kept.keep(file)
    assert not file.exists()
    kept.put_back(file)
    assert file.read_text() == "finished" and [*tmp_path.iterdir()] == [file]


EVALUATION = ("test.json", "test.npz")


def evaluated_again(folder, root, **options):
    """What is said when Snakemake has deleted the evaluation."""
    kept.keep(*(folder / name for name in EVALUATION))
    for name in EVALUATION:
        (folder / name).unlink()
    said = []
    options = {"compute": runs.ON_CPU, "log": said.append} | options
    evaluate(folder, "market1501", root, folder / "test.json", **options)
    assert not (folder / ".kept").exists() and (folder / "test.npz").is_file()
    return said


def test_a_finished_evaluation_is_put_back_and_another_is_made(whole, root):
    evaluate(whole, "market1501", root, whole / "test.json", compute=runs.ON_CPU)
    before = (whole / "test.json").read_bytes()
    (said,) = evaluated_again(whole, root)
    assert "is already evaluated" in said and (whole / "test.json").read_bytes() == before
    said = evaluated_again(whole, root, switches={"market_distractors": "drop"})
    assert "already" not in " ".join(said)
