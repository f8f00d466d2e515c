"""Plan: what is kept, what is refused, and odd files in place of a run's record."""

import json
import os
import re
from pathlib import Path

import pytest
import yaml

from apnet.errors import InputError
from apnet.records.paths import Run
from tests.workflow import perquery, records
from tests.workflow.conftest import ROOT
from workflow.lib import existing
from workflow.lib.config import check_config
from workflow.lib.earlier import other_runs
from workflow.lib.plan import Plan

RUN = Run("written", "market1501", "resnet50", 0)
CONFIG = {
    "scale": "smoke",
    "readings": ["written"],
    "seeds": [0],
    "recipes": {"channel": "smoke", "spatial": "smoke-spatial"},
    "set": {"identities": 2},
    "synthetic": {"identities": 2, "seed": 0},
    "code_changes": "keep",
}


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = {**CONFIG}
    check_config(config, pytest.fail)
    return Plan(config, ROOT)


@pytest.mark.parametrize("name", ["smoke", "tiny", "market-size", "laptop"])
def test_the_values_of_the_shipped_configs_fit_each_other(name, tmp_path):
    real = {} if name != "laptop" else {"data_root": str(tmp_path)}
    config = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) | real
    check_config(config, pytest.fail)
    Plan(config, ROOT)


def write(plan, content):
    file = Path(plan.results, RUN.record)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def test_a_kept_run_has_its_settings_under_the_names_of_its_time(plan):
    record = plan.settings(RUN).record()
    today = record["switches"].copy()
    record["switches"]["places"] = record["switches"].pop("stages")
    record["settings"]["epoch"] = record["settings"].pop("epoch_unit")
    record["switches"] |= {"msmt17_training": "train+val", "msmt17_feature": "bn"}
    write(plan, json.dumps(record | {"code_fingerprint": "0123456789abcdef"}))
    assert plan.settings_record(RUN) == record
    assert plan.code(RUN) == "0123456789abcdef"
    record["seed"] = 1  # another run: its settings are not kept
    write(plan, json.dumps(record | {"code_fingerprint": "0123456789abcdef"}))
    assert plan.settings_record(RUN)["switches"] == today


@pytest.mark.parametrize("content", ["[]", '"x"', "null", "{}", '{"schema": 1}', "{", ""])
def test_what_is_no_record_of_a_run_is_not_kept(plan, content):
    write(plan, content)
    assert plan.kept(RUN) is None and plan.code(RUN).startswith("v2-")
    assert plan.settings_record(RUN) == plan.settings(RUN).record()


def test_runs_of_other_settings_or_data_are_said(plan):
    record = plan.settings(RUN).record()

    def said(**changes):
        write(plan, json.dumps(record | {"data": {"synthetic": True}} | changes))
        return other_runs(plan)

    assert said() is None and said(data=None) is None
    assert f"{RUN.folder} (data: real there, synthetic here)" in said(data={"synthetic": False})
    assert "(epochs: 9 there, 8 here)" in said(settings=record["settings"] | {"epochs": 9})
    assert "(recipe: channel there, smoke here)" in said(recipe="channel")


@pytest.mark.parametrize("drawn", [True, False])
def test_a_custom_dataset_may_be_drawn_or_not(plan, drawn):
    plan.custom[RUN.dataset] = "/data/mine"
    write(plan, json.dumps(plan.settings(RUN).record() | {"data": {"synthetic": drawn}}))
    assert other_runs(plan) is None


def test_no_dataset_is_drawn_with_more_people_than_it_has(plan):
    assert plan.drawn_identities("dukemtmc") == 2
    plan.config["synthetic"] = {"identities": 751, "seed": 0}
    assert plan.drawn_identities("market1501") == 751
    assert plan.drawn_identities("dukemtmc") == 702
    plan.config["synthetic"] = None
    assert plan.drawn_identities("dukemtmc") is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"set": {"identities": 2, "instances": 1}}, "instances=1 with triplet_weight=1"),
        ({"switches": {"batchnorm_batch": 3}}, "in shares of 3 (the switch batchnorm_batch)"),
        ({"switches": {"distractors": "drop"}}, "market_distractors"),
        ({"set": {}}, "synthetic draws 2 identities, and a batch of recipe smoke wants 8"),
    ],
)
def test_values_that_do_not_fit_each_other_are_refused_before_anything_runs(changed, message):
    config = CONFIG | changed
    check_config(config, pytest.fail)
    with pytest.raises(InputError, match=re.escape(message)):
        Plan(config, ROOT)


def test_a_table_waits_for_queries_but_not_for_those_that_an_evaluation_lacks(plan):
    evaluations, queries = plan.files(["table6"]), existing.queries(plan, ["table6"])
    assert queries == [file.replace(".json", ".npz") for file in evaluations]
    older = {"training": "occluded-dukemtmc", "model": "resnet50-apnet-c2"}
    records.write(Path(plan.results), records.synthetic(**older))
    assert existing.queries(plan, ["table6"]) == [file for file in queries if "-c1" in file]
    perquery.write(Path(plan.results), 1.0, records.synthetic, **older)
    assert existing.queries(plan, ["table6"]) == queries


def test_queries_that_change_change_the_digest_of_what_is_shown(plan):
    plan.config["missing"] = "show"
    made = {"training": "occluded-dukemtmc", "model": "resnet50-apnet-c2"}
    file, _ = perquery.write(Path(plan.results), 1.0, records.synthetic, **made)
    before = existing.of_tables(plan, ["table6"])
    assert existing.of_tables(plan, ["table6"]) == before
    os.utime(file, (1, 1))
    assert existing.of_tables(plan, ["table6"]) != before
    assert existing.queries(plan, ["table6"]) == []


def test_so_do_notes_of_its_own_failures_but_not_that_of_its_judge(plan):
    plan.config["missing"] = "show"
    logs, (item, *_) = Path(f"logs/{plan.scale}"), plan.evaluations("table6")
    for note, counts in (("judge/table6.failed.json", False), (item.notes[1], True)):
        before = existing.of_tables(plan, ["table6"])
        (logs / note).parent.mkdir(parents=True, exist_ok=True)
        (logs / note).touch()
        assert (existing.of_tables(plan, ["table6"]) != before) == counts


def test_each_dataset_is_looked_for_once(tmp_path, monkeypatch):
    real = {"scale": "mine", "synthetic": None, "data_root": str(tmp_path)}
    config = CONFIG | real
    check_config(config, pytest.fail)
    asked = []
    monkeypatch.setattr("workflow.lib.plan.absence", lambda name, root: asked.append(name))
    plan = Plan(config, ROOT)
    assert plan.wanted(plan.tables) == plan.wanted(plan.tables)
    assert len(asked) == len({*asked}) > 1
