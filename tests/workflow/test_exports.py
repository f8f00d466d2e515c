"""Judged cells in formats that others' services read."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from reproduction.__main__ import main

SCHEMA = Path(__file__).with_name("every_eval_ever") / "eval.schema.json"
METRIC = {"unit": "percent", "better": "higher", "decimals": 1}
RESULTS = """\
experiment,test_set,metric,value,seed,comparable,synthetic,protocol,choice
ours,market,mAP,90.1,0,,,cosine,all images
ours,market,mAP,90.0,1,,,cosine,all images
ours,market,mAP,89.9,2,,,cosine,all images
ours,duke,mAP,60.0,0,,true,cosine,all images
base,market,mAP,70.0,0,,,cosine,all images
base,market,mAP,70.2,1,,,cosine,all images
base,duke,mAP,70.2,0,false,,cosine,all images
"""


@pytest.fixture
def export(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("table1", "table2"):
        file = tmp_path / "paper" / "tables" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(table(name), sort_keys=False))
    about = {"title": "A Paper", "reference": "A. Author, 2021."}
    (tmp_path / "paper" / "paper.yaml").write_text(yaml.safe_dump(about))
    (tmp_path / "results.csv").write_text(RESULTS)

    def export(form, *more):
        out = tmp_path / form
        words = [str(tmp_path / "results.csv"), "--paper", str(tmp_path / "paper")]
        status = main(["export", *words, "--format", form, "--out", str(out), *more])
        return status, {
            file.relative_to(out).as_posix(): file.read_text()
            for file in sorted(out.rglob("*"))
            if file.is_file()
        }

    return export


def table(name):
    """The second table prints the first once more."""
    values = {"quoted": (60.0, 50.0), "base": (80.0, 70.0), "ours": (90.0, None)}
    rows = [
        {
            **{"id": row, "label": row.title(), "latex": row, "group": "all", "bold": []},
            "citation": 7 if row == "quoted" else None,
            "experiment": None if row == "quoted" else row,
            "cells": {"market": {"mAP": market}, "duke": {"mAP": duke}},
        }
        for row, (market, duke) in values.items()
    ]
    columns = [{"key": key, "label": key.title(), "metrics": ["mAP"]} for key in ("market", "duke")]
    return {
        **{"table": name, "kind": "accuracy", "number": name[-1], "heading": "Model"},
        **{"caption": "Results.", "summary": "all", "metrics": {"mAP": METRIC}},
        **{"columns": columns, "rows": rows, "notes": []},
    }


def records(files):
    return {record["evaluation_id"]: record for record in map(json.loads, files.values())}.values()


def kind(record):
    return record["source_metadata"]["source_type"]


def test_records_keep_to_the_schema_and_lie_where_the_datastore_has_them(export):
    status, files = export("every-eval-ever", "--organization", "My Lab", "--authors", "A. Author")
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    assert status == 0 and len(files) == len(records(files)) == 6 + 2
    for name, text in files.items():
        record = json.loads(text)
        assert not [*validator.iter_errors(record)]
        developer, model = record["model_info"]["id"].split("/")
        uuid4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        assert re.fullmatch(f"data/a-paper/{developer}/{model}/{uuid4}.json", name)
        assert record["retrieved_timestamp"] == "1700000000"
    assert export("every-eval-ever", "--organization", "My Lab", "--authors", "A. Author") == (
        status,
        files,
    )


@pytest.mark.parametrize("given", ["yesterday", "-1", "1.5"])
def test_a_time_that_is_none_is_refused(export, monkeypatch, capsys, given):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert export("every-eval-ever") == (2, {})
    assert f"SOURCE_DATE_EPOCH is '{given}': give whole seconds" in capsys.readouterr().err


def test_the_datastores_own_validator_accepts_them(export, tmp_path, monkeypatch, capsys):
    why = "needs every-eval-ever, of the extra exports, for which Python has to be 3.12 or newer"
    validate = pytest.importorskip("every_eval_ever.validate", reason=why).main
    _, files = export("every-eval-ever")
    monkeypatch.chdir(tmp_path / "every-eval-ever")
    assert validate(["--format", "github", *files]) == 0, capsys.readouterr().out
    (name, *_) = files
    Path(name).write_text(files[name].replace("score_details", "scores"))
    assert validate(["--format", "github", name]) == 1


def test_reported_cells_are_documentation_of_whose_model_it_is(export):
    _, files = export("every-eval-ever")
    printed = [record for record in records(files) if kind(record) == "documentation"]
    relationships = {
        record["model_info"]["name"]: record["source_metadata"]["evaluator_relationship"]
        for record in printed
    }
    assert relationships == {
        "Quoted": "third_party",
        "Base": "first_party",
        "Ours": "first_party",
    }
    scores = [
        (record["model_info"]["id"], [r["score_details"] for r in record["evaluation_results"]])
        for record in printed
    ]
    assert scores.count(("reference-7/quoted", [{"score": 60.0}, {"score": 50.0}])) == 2
    assert scores.count(("the-authors/ours", [{"score": 90.0}])) == 2


def test_reproduced_cells_are_runs_once_each_and_none_of_them_made_up(export):
    _, files = export("every-eval-ever")
    made = [record for record in records(files) if kind(record) == "evaluation_run"]
    results = {record["model_info"]["name"]: record["evaluation_results"] for record in made}
    assert {name: len(items) for name, items in results.items()} == {
        "ours, reproduced": 1,
        "base, reproduced": 1,
    }
    (ours,) = results["ours, reproduced"]
    score = ours["score_details"]
    assert ours["evaluation_result_id"] == "table1/ours/market/mAP"
    assert score["score"] == pytest.approx(90.0) and score["uncertainty"]["num_samples"] == 3
    error = score["uncertainty"]["standard_error"]["value"]
    assert error == pytest.approx(0.1 / 3**0.5)
    assert score["details"]["verdict"] == "match" and score["details"]["reported"] == "90.0"


def test_what_is_left_out_is_counted(export, capsys):
    export("every-eval-ever")
    said = "4 cells left out: 2 not comparable with the paper and 2 of synthetic data"
    assert said in capsys.readouterr().err


def test_eval_results_of_the_hub_have_its_fields(export):
    status, files = export("hf-eval-results", "--hub-dataset", "market=lab/market")
    assert status == 0 and [*files] == [
        "base/.eval_results/market.yaml",
        "ours/.eval_results/market.yaml",
    ]
    (entry,) = yaml.safe_load(files["ours/.eval_results/market.yaml"])
    assert entry.pop("value") == pytest.approx(90.0)
    assert entry == {
        "dataset": {"id": "lab/market", "task_id": "mAP"},
        "notes": "a reproduction: mean of 3 seeds, standard deviation 0.10; cosine; all images",
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "needs --hub-dataset"),
        (
            ["--hub-dataset", "markt=lab/market"],
            "unknown column in --hub-dataset 'markt': choose one of market",
        ),
    ],
)
def test_the_hub_has_to_have_the_dataset(export, capsys, more, said):
    assert export("hf-eval-results", *more) == (2, {})
    assert said in capsys.readouterr().err


def test_a_table_that_was_edited_by_hand_is_left_out_and_named(export, tmp_path, capsys):
    from reproduction.paper.accept import main as accept

    assert accept([str(tmp_path / "paper")]) == 0
    file = tmp_path / "paper" / "tables" / "table2.yaml"
    file.write_text(file.read_text().replace("90.0", "91.0"))
    for form, count in (("every-eval-ever", 3 + 2), ("paperbench", 2)):
        status, files = export(form)
        assert status == 0 and len(files) == count and "table2" not in "".join(files.values())
        assert "table2.yaml" in capsys.readouterr().err


def test_an_export_of_nothing_is_refused(export, tmp_path, capsys):
    from reproduction.paper.accept import main as accept

    paper, results = tmp_path / "paper", tmp_path / "results.csv"
    results.write_text("".join(RESULTS.partition("ours,duke")[0].partition("\n")[:2]))
    hub = ("hf-eval-results", "--hub-dataset", "market=a/b")
    assert export(*hub) == (2, {})
    assert f"{results} holds nothing for --format hf-eval-results" in capsys.readouterr().err
    results.write_text(RESULTS)
    accept([str(paper)])
    for file in paper.glob("tables/*.yaml"):
        file.write_text(file.read_text().replace("90.0", "91.0"))
    for form in ("every-eval-ever", "paperbench"):
        assert export(form) == (2, {})
    assert main(["compare", *[str(results)] * 2, "--paper", str(paper)]) == 2
    page, error = capsys.readouterr()
    assert page == "" and error.count("table2.yaml: row ours has other numbers") == 3


def test_a_damaged_table_of_a_folder_is_named_and_the_rest_is_exported(export, tmp_path, capsys):
    from reproduction.judging.judge import judge
    from reproduction.judging.stored import write_judged
    from reproduction.paper.loading import load_paper
    from reproduction.results.csvfile import read_results

    cells, out = tmp_path / "cells", tmp_path / "out"
    judged = judge(load_paper(tmp_path / "paper"), read_results(tmp_path / "results.csv"))
    write_judged(cells / "table1.json", judged.tables["table1"])
    (cells / "table2.json").write_text('{"schema": 3, ')
    words = ["export", str(cells), "--paper", str(tmp_path / "paper"), "--out", str(out)]
    assert main([*words, "--format", "every-eval-ever"]) == 2
    assert "table2.json is not valid JSON" in capsys.readouterr().err
    assert len([*out.rglob("*.json")]) == 3 + 2


def leaves(node):
    return [leaf for below in node["sub_tasks"] for leaf in leaves(below)] or [node]


def test_the_rubric_is_graded_by_the_verdicts_alone(export):
    status, files = export("paperbench")
    rubric, graded = (json.loads(files[name]) for name in ("rubric.json", "graded.json"))
    assert status == 0 and {*rubric} == {
        *("id", "requirements", "weight", "sub_tasks"),
        *("task_category", "finegrained_task_category"),
    }
    # Of what is quoted or not reported there is no leaf.
    names = ["base/market/mAP", "base/duke/mAP", "ours/market/mAP"]
    assert [leaf["id"] for leaf in leaves(rubric)] == [
        f"{table}/{name}" for table in ("table1", "table2") for name in names
    ]
    assert {leaf["task_category"] for leaf in leaves(rubric)} == {"Result Analysis"}
    grades = [(leaf["score"], leaf["valid_score"]) for leaf in leaves(graded)]
    assert grades == 2 * [(0.0, True), (0.0, False), (1.0, True)]
    assert graded["score"] == pytest.approx(1 / 3) and not graded["valid_score"]
    assert [row["score"] for row in graded["sub_tasks"][0]["sub_tasks"]] == [0.0, 1.0]


def test_weights_make_each_cell_count_once(export):
    rubric = json.loads(export("paperbench")[1]["rubric.json"])

    def check(node):
        below = node["sub_tasks"]
        assert node["weight"] == (len(leaves(node)) if below else 1)
        assert not (below and node["task_category"])
        for inner in below:
            check(inner)

    check(rubric)


def test_snakemake_exports_what_is_judged_without_running_anything(snakemake):
    jobs = snakemake.jobs("reports/exports/paperbench", config=["missing=show"])
    assert jobs["export"] == 1 and jobs["judge"] == 6 and not {"train", "evaluate"} & {*jobs}
