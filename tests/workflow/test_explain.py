"""Explain: which setting, which edit, which dataset, in words, of a cell or a file."""

import json
import subprocess
from pathlib import Path

import pytest

from apnet import fingerprint, numeric_core
from apnet.errors import InputError
from tests.workflow.conftest import ROOT
from tests.workflow.test_finished import CHECKED, DATA, DRAWN, TESTED, change, make
from tests.workflow.test_plan import RUN
from workflow.lib import finished
from workflow.lib.looking.edits import edits
from workflow.lib.looking.explaining import Explainer

CELL = "table2/apn-0/market1501"


@pytest.fixture
def plan(tmp_path, monkeypatch):
    finished._read.cache_clear()
    return make(tmp_path, monkeypatch)


def said(plan, name=CELL):
    finished._read.cache_clear()
    explainer = Explainer(plan, ROOT)
    lines = explainer.cell(name) if name.count("/") == 2 else explainer.file(name)
    return [line.strip() for line in lines]


def test_what_is_up_to_date(plan):
    expected = [f"results/smoke/{file}: up to date" for file in (TESTED.file, RUN.record)]
    assert said(plan) == said(plan, f"results/smoke/{TESTED.file}") == expected
    assert said(plan, f"results/smoke/{RUN.folder}/model.safetensors") == expected[1:]


@pytest.mark.parametrize(
    ("file", "changed", "words"),
    [
        (RUN.record, {"seed": 1}, "settings: seed: 1 there, 0 here"),
        (RUN.record, {"recipe": "laptop"}, "settings: recipe: laptop there, smoke here"),
        (RUN.record, {"code_fingerprint": "earlier"}, "code: its fingerprint is of another rule"),
        (CHECKED, {"fingerprint": "4567"}, "data: market1501 has changed: fingerprint: 0123 there"),
        (CHECKED, {"drawn": DRAWN | {"seed": 1}}, "data: market1501 would be drawn anew: seed: 1"),
        (CHECKED, {"drawn": DRAWN | {"code": "earlier"}}, "the code that draws it was changed"),
        (RUN.record, {"checkpoint_sha256": "cd"}, "weights: it is of other weights"),
        (TESTED.file, {"protocol": None}, "settings: "),
        (TESTED.file, {"data": DATA | {"fingerprint": "4567"}}, "data: market1501 has changed"),
    ],
)
def test_what_makes_it_stale(plan, file, changed, words):
    change(plan, file, **changed)
    lines = said(plan)
    assert any(line.startswith(words) or words in line for line in lines), lines
    stale = {"results/smoke/" + TESTED.file + ": stale"}
    assert stale & {*lines}
    # The words are there for the very faults that plan a job.
    assert (f"results/smoke/{RUN.record}: stale" in lines) == (not finished.trained(plan, RUN))


def test_what_is_missing_and_why(plan):
    Path(plan.results, RUN.record).unlink()
    note = Path(f"logs/smoke/train/{RUN.folder}.failed.json")
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"message": "the disk is full", "log": "a.log"}))
    assert "failed: the disk is full (log: a.log)" in said(plan)
    note.unlink()
    assert "nothing has begun it" in said(plan)
    Path(plan.results, CHECKED).unlink()
    assert any("market1501 was not checked yet" in line for line in said(plan))


def test_a_report_is_what_its_evaluations_are(plan):
    first, *rest = said(plan, "reports/table6.md")
    assert first == "table6: 0 of 2 evaluations are up to date"
    assert sum(line.endswith(": missing") for line in rest) == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("table9/apnet-c2/market1501", "table2"),
        ("table2/apnet-c9/market1501", "apnet-c2"),
        ("table2/apnet-c2/market", "market1501"),
        ("table2", "TABLE/ROW/COLUMN"),
        ("table4/pcb-rpp/market1501", "quoted"),
    ],
)
def test_a_cell_that_is_none(plan, name, words):
    with pytest.raises(InputError, match=words):
        list(Explainer(plan, ROOT).cell(name))


def test_a_file_that_is_none(plan):
    with pytest.raises(InputError, match="explain takes a cell"):
        list(Explainer(plan, ROOT).file("README.md"))


def test_an_edit_is_named_and_a_comment_or_a_move_is_none(tmp_path):
    def git(*words):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(["git", "-C", tmp_path, *identity, *words], capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    git("init", "-q")
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    other = "def other(x):\n    return x\n"
    one.write_text(f"RATE = 1\n\n\ndef loss(x):\n    return 2 * x\n\n\n{other}")
    two.write_text("")
    git("add", ".")
    git("commit", "-qm", "first")
    commit = git("rev-parse", "HEAD")
    record = {"code_fingerprint": f"{fingerprint.RULE}-0", "git": {"commit": commit}}
    one.write_text("# A comment.\nRATE = 1\n\n\ndef loss(x):\n    return 2 * x\n")
    two.write_text(other)
    assert "is as in its commit" in edits(tmp_path, [one, two], record)
    one.write_text("RATE = 2\n\n\ndef loss(x):\n    return 3 * x\n")
    said = edits(tmp_path, [one, two], record)
    assert said == f"changed since its commit {commit[:10]}: one.py (RATE, loss)"
    assert "not in this checkout" in edits(tmp_path, [one], record | {"git": {"commit": "0" * 40}})
    assert "names no commit" in edits(tmp_path, [one], record | {"git": None})


def test_the_files_that_are_compared_are_those_of_the_fingerprint():
    files = numeric_core.training_files(RUN.model, RUN.dataset)
    digests = {digest for file in files for digest in fingerprint._statements(file)}
    assert digests == {d for file in files for d in fingerprint.statements(file.read_bytes())}
    assert any(file.name == "losses.py" for file in files)
