"""Two sets of results beside each other, as Markdown for a pull request."""

import json
import statistics

import pytest
import yaml
from scipy import stats

from reproduction.__main__ import main
from reproduction.judging.judge import judge_table
from reproduction.sharing.compare import compare
from reproduction.sharing.sets import read_set

HEAD = "experiment,test_set,metric,value,seed,synthetic,protocol"
METRIC = {"unit": "percent", "better": "higher", "decimals": 1}


def csv(file, runs, synthetic=False, protocol="plain"):
    """A file of results: values by experiment, a seed each."""
    lines = [
        f"{name},market,mAP,{value},{seed},{synthetic},{protocol}"
        for name, values in runs.items()
        for seed, value in enumerate(values)
    ]
    file.write_text("\n".join([HEAD, *lines]))
    return file


@pytest.fixture
def paper(tmp_path):
    def row(name, reported):
        about = {"id": name, "label": name, "latex": name, "citation": None, "group": "all"}
        return about | {"experiment": name, "cells": {"market": {"mAP": reported}}, "bold": []}

    table = {
        **{"table": "table1", "kind": "accuracy", "number": "1", "heading": "Model"},
        **{"caption": "Results.", "summary": "all", "metrics": {"mAP": METRIC}},
        "columns": [{"key": "market", "label": "Market", "metrics": ["mAP"]}],
        "rows": [row("base", 80.0), row("ours", 90.0), row("late", 85.0)],
        "notes": [],
    }
    file = tmp_path / "paper" / "tables" / "table1.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(table))
    return file.parent.parent


@pytest.fixture
def files(tmp_path):
    """`ours` loses three points, `base` half a deviation; `same` stays; `late` is in B alone."""
    before = {"base": (79.9, 80.0, 80.1), "ours": (90.0, 90.1, 89.9), "same": (1.0, 2.0)}
    after = {"base": (80.0, 80.05, 80.1), "ours": (87.0, 87.1, 86.9), "same": (2.0, 1.0)}
    late = {"late": (85.0, 85.1)}
    return csv(tmp_path / "a.csv", before), csv(tmp_path / "b.csv", after | late, protocol="flip")


def pairs(a, b, paper=None):
    found = compare(*(read_set(file, paper, judge_table) for file in (a, b)))
    return {pair.any.experiment: pair for pair in found}


def test_p_is_that_of_a_pooled_t_test_corrected_by_benjamini_and_hochberg(files):
    got = pairs(*files)
    samples = [(79.9, 80.0, 80.1), (90.0, 90.1, 89.9), (1, 2), (80, 80.05, 80.1)]
    samples += [(87.0, 87.1, 86.9), (85.0, 85.1)]
    dof = sum(len(values) - 1 for values in samples) + 1  # `same`, in its other order
    squares = sum((len(values) - 1) * statistics.variance(values) for values in samples) + 0.5
    spread = (squares / dof) ** 0.5
    raw = {
        name: 2 * stats.t.sf(abs(off) / (spread * (2 / 3) ** 0.5), dof)
        for name, off in (("base", 0.05), ("ours", 3.0))
    }
    assert raw["ours"] < raw["base"]
    assert got["ours"].p == pytest.approx(min(2 * raw["ours"], raw["base"]), rel=1e-9)
    assert got["base"].p == pytest.approx(raw["base"], rel=1e-9)


def test_each_cell_is_of_one_kind(files):
    kinds = {name: pair.kind for name, pair in pairs(*files).items()}
    assert kinds == {"base": "within", "ours": "beyond", "same": "unchanged", "late": "only in B"}


def test_the_first_line_says_what_changed(files, paper, capsys):
    a, b = map(str, files)
    assert main(["compare", a, b, "--paper", str(paper)]) == 0
    page = capsys.readouterr().out
    assert page.splitlines()[0] == (
        "**1 of 2 cells differs by more than the noise: 1 worse.** 1 verdict changed. "
        "Other cells: 1 within the noise and 1 only in B. Conditions differ: protocol."
    )
    (line,) = (line for line in page.splitlines() if "ours" in line and "→" in line)
    assert (
        "90.0 ± 0.1 (3)" in line and "−3.0 ▼" in line and "match, compatible → worse, not" in line
    )
    assert "| protocol |" in page and "<details><summary>1 cell within the noise" in page
    assert "2 of 8 results are of no cell" in page


def test_worse_gives_status_1_if_asked(files, paper, tmp_path):
    a, b = map(str, files)
    asked = ["--paper", str(paper), "--fail-on", "worse", "--out", str(tmp_path / "page.md")]
    assert main(["compare", a, b, *asked]) == 1 and (tmp_path / "page.md").exists()
    assert main(["compare", b, a, *asked]) == 0


def test_judged_tables_are_compared_with_a_csv(files, paper, tmp_path, capsys):
    from reproduction.judging.stored import write_judged
    from reproduction.paper.loading import load_paper
    from reproduction.results.csvfile import read_results

    table = load_paper(paper).tables["table1"]
    cells = tmp_path / "cells"
    write_judged(cells / "table1.json", judge_table(table, read_results(files[0])))
    asked = ["--paper", str(paper)]
    assert main(["compare", str(cells), str(files[0]), *asked]) == 0
    assert capsys.readouterr().out.startswith("**None of 2 cells differs by more than the noise.**")
    assert main(["compare", str(cells), str(files[0])]) == 2
    assert "give --paper" in capsys.readouterr().err
    (cells / "table2.json").write_text(json.dumps({"schema": 0}))
    named = "table2.json is of no table of the paper"
    assert main(["compare", str(cells), str(files[0]), *asked]) == 2
    page, error = capsys.readouterr()
    assert page.startswith("**None of 2 cells differs") and f"Of A, {cells}/{named}" in page
    assert named in error and error.count("\n") == 1
    (cells / "table1.json").write_text("{")
    assert main(["compare", str(cells), str(cells)]) == 2
    page, error = capsys.readouterr()
    assert not page and "table1.json is not valid JSON" in error
    assert "table2.json does not hold the cells of table2" in error


def test_a_table_of_the_paper_that_cannot_be_read_is_no_success(files, paper, capsys):
    (paper / "tables" / "table2.yaml").write_text("rows: [")
    a, b = map(str, files)
    assert main(["compare", a, b, "--paper", str(paper)]) == 2
    page, error = capsys.readouterr()
    assert page and error.count("table2.yaml") == 1 and error.count("\n") == 1


def test_drawn_results_are_not_held_against_real_ones(tmp_path, capsys):
    real = csv(tmp_path / "a.csv", {"base": (80.0, 80.1)})
    drawn = csv(tmp_path / "b.csv", {"base": (20.0, 20.1)}, synthetic=True)
    assert pairs(real, drawn)["base"].kind == "other data"
    assert main(["compare", str(real), str(drawn)]) == 0
    said = "**No cell has runs in both sets that can be compared.** Other cells: 1 synthetic in one"
    assert capsys.readouterr().out.startswith(said)


def test_one_run_each_is_no_test(tmp_path, capsys):
    a, b = csv(tmp_path / "a.csv", {"base": (80,)}), csv(tmp_path / "b.csv", {"base": (70,)})
    assert main(["compare", str(a), str(b)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("**No cell has") and "1 different without a spread to tell by" in said


def test_without_a_paper_nothing_is_worse(files, capsys):
    assert main(["compare", *map(str, files), "--fail-on", "worse"]) == 2
    assert "--fail-on worse needs --paper" in capsys.readouterr().err
    assert main(["compare", *map(str, files)]) == 0
    assert capsys.readouterr().out.startswith("**1 of 3 cells differs by more than the noise: 1 l")
