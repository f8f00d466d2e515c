"""Status: where trainings and evaluations stand, by files alone."""

import fcntl
import json
import os
import time
from pathlib import Path

import pytest

from apnet.records.paths import Evaluation, Run
from tests.workflow.test_finished import make
from workflow.lib import finished
from workflow.lib.looking import states, status
from workflow.lib.looking.underway import QUIET, locked_files, underway

OTHER = Run("written", "market1501", "resnet50-apnet-c2", 0)


@pytest.fixture
def plan(tmp_path, monkeypatch):
    finished._read.cache_clear()
    return make(tmp_path, monkeypatch)


def begin(plan, run=OTHER, epochs=3, seconds=10.0):
    """A training with a history and a checkpoint; returns its folder."""
    folder = Path(plan.results, run.folder)
    checkpoint = folder / "checkpoints" / "abc" / "step-00000017-0123456789ab.pt"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.touch()
    lines = [
        {
            "epoch": n,
            "step": 5 * n,
            "seconds": seconds,
            "images_per_second": 80.0,
            "training": "abc",
        }
        for n in range(1, epochs + 1)
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / "history.jsonl").write_text(f'{text}{{"epoch": 9')  # a line that is being written
    (folder / ".lock").touch()
    return folder


def age(folder, seconds):
    then = time.time() - seconds
    for file in folder.rglob("*"):
        os.utime(file, (then, then))


def state(plan, run=OTHER):
    return states.training(plan, run, True, locked_files())


def test_a_training_that_is_locked_runs_however_quiet_it_is(plan):
    folder = begin(plan)
    age(folder, 10 * QUIET)
    assert state(plan).state == states.STOPPED
    with (folder / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = state(plan)
    assert found.state == states.RUNNING
    assert found.words.startswith("epoch 3 of 8, 80 images/s, 40 s left; wrote 50 min 0 s")


def test_one_that_wrote_a_moment_ago_may_run_on_another_machine(plan):
    folder = begin(plan)
    age(folder, 4)
    found = underway(folder, frozenset())
    assert found.running and found.left(12) == pytest.approx(9 * 10 - 4, abs=1)
    assert "on another, or just stopped" in state(plan).words
    age(folder, 10 * QUIET)
    assert underway(folder, frozenset()).left(12) == 90


def test_the_history_of_a_training_that_has_ended_is_none_under_way(plan):
    folder = begin(plan)
    assert underway(folder, frozenset()) is not None
    (folder / "checkpoints" / "abc").rename(folder / "checkpoints" / "other")
    assert underway(folder, frozenset()) is None


def test_first_epochs_failures_and_the_rest(plan):
    assert state(plan).state == states.WAITING
    folder = begin(plan, epochs=0)
    (folder / "history.jsonl").unlink()
    assert state(plan).words.startswith("in the first of 8 epochs")
    note = Path(f"logs/smoke/train/{OTHER.folder}.failed.json")
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"message": "disk <full>", "log": "a.log"}))
    assert state(plan).state == states.FAILED
    assert state(plan).words == "disk <full> (log: a.log); saved at step 17"
    note.write_text("{}")
    assert "cannot be read" in state(plan).words


def test_an_evaluation_runs_while_its_log_is_young(plan):
    item = Evaluation(OTHER, "market1501")
    assert states.evaluation(plan, item, True).state == states.WAITING
    log = Path(f"logs/smoke/evaluate/{OTHER.folder}/market1501.log")
    log.parent.mkdir(parents=True)
    log.touch()
    assert states.evaluation(plan, item, True).state == states.RUNNING
    os.utime(log, (1, 1))
    assert states.evaluation(plan, item, True).state == states.WAITING
    assert states.evaluation(plan, item, False).state == states.DONE


def test_the_page_counts_each_training_once_and_escapes_names(plan):
    begin(plan)
    note = Path("logs/smoke/train/written/msmt17/resnet50/seed0.failed.json")
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"message": "disk <full>", "log": "a.log"}))
    content = {part.title: part.rows for part in status.parts(plan, ())}
    assert content["Trainings"][-1] == ["in all, each once", 1, 1, 0, 1, 46]
    assert content["Evaluations"][-1] == ["in all, each once", 1, 0, 0, 56]
    assert [row[0] for row in content["Running"]] == [
        "resnet50-apnet-c2 on market1501, written, seed 0"
    ]
    page = status.page(status.heading(plan), list(status.parts(plan, ())))
    assert "disk &lt;full&gt;" in page and "<full>" not in page
    assert f'http-equiv="refresh" content="{status.REFRESH}"' in page
    assert "reports/status.html" in status.write(Path(), page)
    Path("reports/status.html").unlink()
    Path("reports").rmdir()
    Path("reports").write_text("")  # no folder
    assert status.write(Path(), page).startswith("Not written")
