"""What records vouch for: results whose jobs need not look at the times of files."""

import json
from pathlib import Path

import pytest

from apnet import numeric_core
from apnet.records.merge import merge_results
from apnet.records.paths import CHECK, Evaluation
from tests.workflow.test_plan import CONFIG, ROOT, RUN
from workflow.lib import finished, keep
from workflow.lib.config import check_config
from workflow.lib.plan import Plan

TESTED = Evaluation(RUN, "market1501")
CHECKED = CHECK.format(reading=RUN.reading, dataset=RUN.dataset)
DATA = {"name": "market1501", "fingerprint": "0123", "counts": {}, "synthetic": True}
DRAWN = CONFIG["synthetic"] | {"code": numeric_core.synthesis("market1501")}


def make(tmp_path, monkeypatch, **config):
    monkeypatch.chdir(tmp_path)
    config = {**CONFIG, "code_changes": "retrain"} | config
    check_config(config, pytest.fail)
    plan = Plan(config, ROOT)
    settings, code = plan.settings(RUN), numeric_core.training(RUN.model, RUN.dataset)
    switches = plan.readings["written"].switches("market1501")
    evaluation_code = numeric_core.evaluation(RUN.model, TESTED.test_set)
    run = {**settings.record(), "code_fingerprint": code, "data": DATA, "checkpoint_sha256": "ab"}
    evaluation = {"checkpoint_sha256": "ab", "code_fingerprint": evaluation_code, "data": DATA}
    write(plan, CHECKED, DATA | {"drawn": DRAWN, "root": "anywhere"})
    write(plan, RUN.record, run)
    write(plan, TESTED.file, evaluation | {"protocol": {"switches": switches}})
    return plan


def write(plan, name, content):
    file = Path(plan.results, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def change(plan, name, **values):
    write(plan, name, json.loads(Path(plan.results, name).read_text()) | values)


def vouched(plan):
    finished._read.cache_clear()
    return (
        finished.checked(plan, RUN.reading, RUN.dataset),
        finished.trained(plan, RUN),
        finished.evaluated(plan, TESTED),
    )


@pytest.mark.parametrize(
    ("file", "changed", "expected"),
    [
        (CHECKED, {}, (True, True, True)),
        (CHECKED, {"fingerprint": "4567"}, (True, False, False)),
        (CHECKED, {"drawn": DRAWN | {"seed": 1}}, (False, False, False)),
        (CHECKED, {"drawn": DRAWN | {"code": "earlier"}}, (False, False, False)),
        (CHECKED, {"drawn": None}, (False, False, False)),
        (RUN.record, {"data": DATA | {"variant": ""}}, (True, True, True)),
        (RUN.record, {"seed": 1}, (True, False, False)),
        (RUN.record, {"code_fingerprint": "earlier"}, (True, False, False)),
        (RUN.record, {"checkpoint_sha256": "cd"}, (True, True, False)),
        (TESTED.file, {"code_fingerprint": "earlier"}, (True, True, False)),
        (TESTED.file, {"data": DATA | {"fingerprint": "4567"}}, (True, True, False)),
        (TESTED.file, {"protocol": {"switches": {"market_distractors": "drop"}}}, (1, 1, 0)),
        (TESTED.file, {"protocol": None}, (True, True, False)),
    ],
)
def test_a_change_of_a_record(tmp_path, monkeypatch, file, changed, expected):
    plan = make(tmp_path, monkeypatch)
    change(plan, file, **changed)
    assert vouched(plan) == expected


@pytest.mark.parametrize("content", ["[]", "null", "{}", "{", ""])
@pytest.mark.parametrize("file", [CHECKED, RUN.record, TESTED.file])
def test_what_is_no_record_vouches_for_nothing(tmp_path, monkeypatch, file, content):
    plan = make(tmp_path, monkeypatch)
    Path(plan.results, file).write_text(content)
    assert vouched(plan)[-1] is False


def test_code_changes_keep_takes_runs_of_earlier_code_and_no_other_data(tmp_path, monkeypatch):
    plan = make(tmp_path, monkeypatch, code_changes="keep")
    change(plan, RUN.record, code_fingerprint="earlier")
    change(plan, CHECKED, drawn=DRAWN | {"code": "earlier"})
    assert vouched(plan) == (False, True, False)
    change(plan, CHECKED, drawn=DRAWN, fingerprint="4567")
    assert vouched(plan) == (True, False, False)


def test_weights_of_the_user_may_be_others_by_the_time_of_the_evaluation(tmp_path, monkeypatch):
    recipe = {
        "set": CONFIG["set"] | {"pretrained": True, "backbone_size": "full"},
        "weights": {"resnet50": "mine.pth"},
    }
    assert vouched(make(tmp_path, monkeypatch, **recipe)) == (True, True, False)


@pytest.mark.parametrize(
    ("code_changes", "code", "kept"),
    [("retrain", "today", True), ("retrain", "earlier", False), ("keep", "earlier", True)],
)
def test_a_run_of_earlier_code_is_kept_only_if_the_config_says_so(
    tmp_path, monkeypatch, code_changes, code, kept
):
    plan = make(tmp_path, monkeypatch, code_changes=code_changes)
    if code != "today":
        change(plan, RUN.record, code_fingerprint=code)
    folder = Path(plan.results, RUN.folder)
    outputs = [str(folder / name) for name in ("model.safetensors", "run.json")]
    keep.keep_finished(plan, outputs)
    assert not (folder / ".kept").exists()  # without its weights no run is finished
    (folder / "model.safetensors").write_bytes(b"weights")
    keep.keep_finished(plan, outputs)
    assert (folder / ".kept" / "run.json").exists() == kept
    (folder / "run.json").unlink()
    keep.keep_finished(plan, outputs)
    assert (folder / ".kept" / "run.json").exists() == kept


def test_a_merged_tree_is_taken_as_the_runs_own_was(tmp_path, monkeypatch):
    plan = make(tmp_path, monkeypatch)
    own = Path(plan.results)
    own.rename("theirs")
    # These records are shorter than valid ones.
    monkeypatch.setattr("apnet.records.merge._check", lambda *_: None)
    merge_results([Path("theirs")], own)
    assert vouched(plan) == (True, True, True)
