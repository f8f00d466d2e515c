"""Runs, data and outputs with which nothing is evaluated, and nothing is written."""

import shutil

import pytest
import runs
import tiny
from safetensors.torch import load_file, save_file

from apnet.cli import main
from apnet.errors import InputError
from apnet.files import read_json, write_json

pytestmark = pytest.mark.usefixtures("one_thread", "msmt17")


@pytest.fixture
def copied(trained, tmp_path):
    """A run to be damaged, and a folder for outputs that must stay empty."""
    shutil.copytree(trained, tmp_path / "run")
    (tmp_path / "out").mkdir()
    yield tmp_path / "run"
    assert runs.files(tmp_path / "out") == []


def refusal(run, root, out, test_set="market1501", **options):
    with pytest.raises(InputError) as error:
        runs.evaluated(run, test_set, root, out, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_damaged_weights_are_refused(copied, root, tmp_path):
    file, out = copied / "model.safetensors", tmp_path / "out" / "test.json"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert f"{file} is not the file that run.json names" in refusal(copied, root, out)
    file.unlink()
    assert f"no weights at {file}: train the run again" in refusal(copied, root, out)


def test_weights_of_a_model_built_otherwise_are_refused(copied, root, tmp_path):
    file = copied / "model.safetensors"
    state = load_file(file)
    state["heads.0.norm.weight"] = state.pop("heads.0.neck.weight")
    save_file(state, file)
    record = read_json(copied / "run.json") | {"checkpoint_sha256": runs.sha256(file)}
    write_json(copied / "run.json", record)
    said = refusal(copied, root, tmp_path / "out" / "test.json")
    assert f"{file} does not fit resnet50-apnet-c2: 1 missing (heads.0.neck.weight)" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record | {"schema": 99},
        lambda record: {key: value for key, value in record.items() if key != "switches"},
        lambda record: {key: value for key, value in record.items() if key != "data"},
        lambda record: record | {"settings": None},
        lambda record: [record],
    ],
)
def test_a_record_of_another_version_is_refused(copied, root, tmp_path, change):
    write_json(copied / "run.json", change(read_json(copied / "run.json")))
    said = refusal(copied, root, tmp_path / "out" / "test.json")
    assert f"{copied / 'run.json'} is not " in said


def test_an_absent_or_unfinished_run_is_refused(copied, root, tmp_path):
    out = tmp_path / "out" / "test.json"
    assert f"no finished run in {tmp_path / 'absent'}" in refusal(tmp_path / "absent", root, out)
    (copied / "run.json").write_text('{"schema": 1')
    assert "run.json is not JSON: cut short" in refusal(copied, root, out)
    (copied / "run.json").unlink()
    assert f"no finished run in {copied}" in refusal(copied, root, out)


def test_the_data_record_of_another_dataset_is_refused(copied, root, tmp_path):
    file, out = tmp_path / "data.json", tmp_path / "out" / "test.json"
    assert main(["data", "check", "msmt17", str(root), "--out", str(file)]) == 0
    said = refusal(copied, root, out, data_record=file)
    assert f"{file} does not describe market1501" in said
    assert "unknown dataset 'market'" in refusal(copied, root, out, test_set="market")
    assert "no dukemtmc in the data root" in refusal(copied, root, out, test_set="dukemtmc")


def test_an_output_that_cannot_be_written_is_refused(copied, root, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "out" / "folder.json").mkdir()
    assert "cannot write" in refusal(copied, root, tmp_path / "file" / "test.json")
    for name in ("folder.json", "test.npz", "test"):
        out = tmp_path / "out" / name
        assert f"cannot write {out}: name a .json file" in refusal(copied, root, out)


def test_a_batch_of_no_images_is_refused(copied, root, tmp_path):
    assert "a batch has 1 image or more" in refusal(
        copied, root, tmp_path / "out" / "test.json", batch=0
    )


def test_queries_without_any_match_are_refused(copied, tmp_path):
    names = {**tiny.MARKET, "bounding_box_test": ["0001_c1s1_000301_00.jpg"]}
    tiny.write(tmp_path / "alone" / "market1501", names)
    said = refusal(copied, tmp_path / "alone", tmp_path / "out" / "test.json")
    assert "cannot be evaluated on market1501: no query has a true match" in said


def test_a_place_that_cannot_be_written_is_said_before_anything_is_embedded(
    trained, root, tmp_path, monkeypatch
):
    (tmp_path / "f.npz").mkdir()
    assert f"cannot write {tmp_path / 'f.json'}: name a .json" in refusal(
        trained, root, tmp_path / "f.json"
    )
    (tmp_path / "file").touch()
    assert f"{tmp_path / 'file'} is no folder, choose" in refusal(
        trained, root, tmp_path / "file" / "f.json"
    )
    monkeypatch.setattr("os.access", lambda place, mode: False)
    said = refusal(trained, root, tmp_path / "deep" / "f.json")
    assert said == (
        f"cannot write {tmp_path / 'deep' / 'f.json'}: {tmp_path} is read-only for you, "
        f"choose another path"
    )
