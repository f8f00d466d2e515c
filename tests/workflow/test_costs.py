"""Counted costs beside those of Table III."""

import json

import pytest

from reproduction.__main__ import main as reproduce
from tests.workflow.conftest import ROOT
from tests.workflow.records import cost as record
from workflow.lib.costs import main
from workflow.lib.experiments import counted_models, load_experiments, load_table

EXPERIMENTS = ROOT / "workflow" / "experiments.yaml"
TABLE = ROOT / "paper" / "tables" / "table3.yaml"
PRINTED = {
    "resnet50": 6.23,
    "resnet50-apnet-c1": 6.23,
    "resnet50-apnet-c2": 6.24,
    "resnet50-apnet-c3": 6.25,
    "resnet50-se": 6.24,
    "pyramid-resnet101": 9.96,
}


@pytest.fixture
def costs(tmp_path):
    """As printed, with fractions that rounding takes away; other models at 14.67."""
    experiments = load_experiments(EXPERIMENTS)
    for reading in ("written", "released"):
        for model in counted_models(load_table(TABLE, experiments), experiments).values():
            value = PRINTED.get(model, 14.67) + 0.0049
            write(tmp_path, record(model, reading, value))
    return tmp_path


def write(folder, content):
    file = folder / content["reading"] / f"{content['model']}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content))


def judge(folder, table=TABLE):
    arguments = ["--table", str(table), "--experiments", str(EXPERIMENTS)]
    out = folder / "cells.json"
    status = main([*arguments, "--costs", str(folder), "--out", str(out)])
    return status, json.loads(out.read_text()) if out.exists() else None


def verdicts(content, reading):
    return {cell["row"]: cell["verdict"] for cell in content["cells"] if cell["series"] == reading}


def test_a_cost_is_equal_to_the_printed_decimals_or_it_is_not(costs):
    write(costs, record("resnet50-apnet-c3", "written", 6.2449))
    write(costs, record("resnet50-apnet-c2", "written", 6.2350001))
    status, content = judge(costs)
    assert status == 0
    outcome = verdicts(content, "written")
    assert outcome.pop("apnet-c3") == "unequal"
    assert set(outcome.values()) == {"equal"} and len(outcome) == 5
    assert set(verdicts(content, "released").values()) == {"equal"}
    assert verdicts(content, None) == {"scsn": "quoted"}


def test_the_report_says_how_it_was_counted_and_what_else_comes_out(costs, tmp_path):
    write(costs, record("resnet50-apnet-c3", "written", 6.238))
    write(costs, record("resnet50-apnet-s3", "written", 8.0186, input=[256, 128]))
    judge(costs)
    out = tmp_path / "table3.md"
    cells = ["--cells", str(tmp_path / "cells.json"), "--table", str(TABLE)]
    assert reproduce(["table", *cells, "--command", "snakemake", "--out", str(out)]) == 0
    report = out.read_text()
    assert "Outcome, written:** of 6 cells 5 equal and 1 unequal; the largest" in report
    assert "Outcome, released:** all 6 cells equal\n" in report
    assert "| 6.25 / 6.24 ≠ |" in report and "| 6.25 / 6.25 = |" in report
    assert "thop 0.0.31" in report and "classifier not run" in report
    grid = [line for line in report.splitlines() if line.startswith("|") and "256 × 128" in line]
    lines = {line.split("|")[1].strip(): line for line in grid}
    assert "8.0186" in lines["APNet-S_3"] and "8.0486" in lines["APNet-S_3"]
    annex = report.partition("By other rules")[2]
    grid = [line for line in annex.splitlines() if line.startswith("| ")]
    cells = [[text.strip() for text in line.split("|")[1:3]] for line in grid]
    assert [reading for name, reading in cells if name == "APNet-C_3"] == ["written", "released"]
    assert [reading for name, reading in cells if name == "SE-ResNet"] == ["both"]


@pytest.mark.parametrize("suffix", ["html", "tex"])
def test_every_format_says_what_else_comes_out(costs, tmp_path, suffix):
    write(costs, record("resnet50-apnet-s3", "released", 8.0186, input=[256, 128]))
    judge(costs)
    out = tmp_path / f"table3.{suffix}"
    cells = ["--cells", str(tmp_path / "cells.json"), "--table", str(TABLE)]
    assert reproduce(["table", *cells, "--command", "snakemake", "--out", str(out)]) == 0
    report = out.read_text()
    beside = report.partition("By other rules")[2]
    assert "Pyramid ReID on ResNet-50" in beside and "8.0186" in beside
    assert "thop 0.0.31" in report.partition("By other rules")[0]
    assert "standard deviation over" not in report.replace(
        "% standard deviation over the seeds", ""
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "resnet50"}, "is no cost of resnet50-se, written: delete it to count again"),
        ({"reading": "released"}, "is no cost of resnet50-se, written: delete it to count again"),
        ({"schema": 2}, "is not a valid record: schema is 2, not 1: delete it to count again"),
        ({"params": -1}, "params is -1, not greater than or equal to 0: delete it"),
        ({"gflops": {"thop": 6.2}}, "gflops lacks torch: delete it"),
        ({"versions": {"thop": 1, "torch": "2"}}, "versions.thop is 1, not a valid string"),
    ],
)
def test_a_cost_of_something_else_is_refused_in_its_cells(costs, changes, said):
    wrong = record("resnet50-se", "written", 6.24) | changes
    (costs / "written" / "resnet50-se.json").write_text(json.dumps(wrong))
    _names_its_fault(costs, said)


def test_a_cost_that_lacks_something_is_refused_in_its_cells(costs):
    bare = {"schema": 1, "reading": "written", "model": "resnet50-se"}
    (costs / "written" / "resnet50-se.json").write_text(json.dumps(bare))
    _names_its_fault(costs, "resnet50-se.json is not a valid record: lacks input: delete it")


def _names_its_fault(costs, said):
    status, content = judge(costs)
    others = verdicts(content, "written")
    assert (status, others.pop("se-resnet")) == (0, "failed")
    assert {*others.values(), *verdicts(content, "released").values()} == {"equal"}
    (message,) = {item["message"] for cell in content["cells"] for item in cell["missing"]}
    assert said in message and "\n" not in message


def test_rules_that_nothing_is_counted_by_are_refused(costs, tmp_path, capsys):
    slip = tmp_path / "table3.yaml"
    slip.write_text(TABLE.read_text().replace("{rules: thop-0.0.31}", "{rules: thop-9}"))
    assert judge(costs, slip) == (2, None)
    assert "'thop-9': choose one of thop-0.0.31, thop, torch" in capsys.readouterr().err


def test_an_absent_cost_is_named(costs):
    (costs / "written" / "resnet50-se.json").unlink()
    _names_its_fault(costs, "resnet50-se.json")


def test_without_any_cost_there_is_no_table(costs, capsys):
    for file in costs.rglob("*.json"):
        file.write_text("{")
    assert judge(costs) == (2, None)
    assert "is not JSON" in capsys.readouterr().err
