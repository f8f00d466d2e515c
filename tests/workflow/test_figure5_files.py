"""The files of Fig. 5: the drawing, its CSV and its tables, and what is refused."""

import csv
import json
import re

import pytest

from reproduction.__main__ import main as reproduce
from reproduction.report import csv as as_csv
from tests.workflow import records
from tests.workflow.conftest import ROOT
from tests.workflow.figure5 import MAP, WATERMARK


def test_files_hold_their_letters_and_are_the_same_each_time(figure5):
    figure5.judge(make=records.synthetic)
    files = [figure5.folder / f"figure5.{suffix}" for suffix in ("svg", "png", "pdf")]
    assert figure5.status(*files) == 0
    first = [file.read_bytes() for file in files]
    assert figure5.status(*files) == 0
    assert [file.read_bytes() for file in files] == first
    svg = files[0].read_text()
    # Inches of 72 points.
    assert 'width="252pt"' in svg and svg.count(WATERMARK) == 1
    assert re.search(r">radix R, at pyramid level 2<", svg)
    assert first[1].startswith(b"\x89PNG") and first[2].startswith(b"%PDF")
    assert b"Date" not in first[2]


def test_the_csv_behind_it_has_what_is_drawn(figure5):
    content = figure5.judge()
    lines = list(csv.DictReader(as_csv.render(content).splitlines()))
    drawn = {line["row"]: float(line["mean"]) for line in lines if line["metric"] == "mAP"}
    assert drawn == pytest.approx({f"radix-{radix}": mean for radix, mean in MAP.items()})
    assert {line["sd"] for line in lines if line["metric"] == "R-1"} <= {"0.5", "0.49999999999999"}


@pytest.mark.parametrize("suffix", ["md", "html", "tex"])
def test_as_a_table_it_has_a_dash_for_what_the_paper_does_not_print(figure5, suffix):
    figure5.judge(make=records.synthetic)
    out = figure5.folder / f"figure5.{suffix}"
    table = ["--table", str(ROOT / "paper" / "tables" / "figure5.yaml"), "--command", "snakemake"]
    assert reproduce(["table", "--cells", str(figure5.cells), *table, "--out", str(out)]) == 0
    report = out.read_text()
    assert "None" not in report and "nan" not in report
    if suffix == "md":
        assert "## The paper's figure, reported / reproduced" in report
        assert re.search(r"^\| 1 +\| – / 88\.0ˢ +\| – / 93\.0ˢ", report, re.M)
        assert re.search(r"^\| 2 +\| 90\.5 / 90\.0ˢ", report, re.M)
    if suffix == "html":
        assert "Notes on the paper’s figure" in report
    if suffix == "tex":
        assert report.count(r"\across{--}") == 10


def test_a_bare_number_is_named_where_it_stands_alone(figure5):
    figure5.judge(seeds=(0, 1, 2))
    out = figure5.folder / "figure5.md"
    table = ["--table", str(ROOT / "paper" / "tables" / "figure5.yaml"), "--command", "snakemake"]
    assert reproduce(["table", "--cells", str(figure5.cells), *table, "--out", str(out)]) == 0
    assert "the largest difference is −1.2 (radix 2, Market-1501 R-1)" in out.read_text()


def test_bad_input_is_one_sentence(figure5, capsys):
    figure5.judge()
    assert figure5.status(figure5.folder / "figure5.jpg") == 2
    assert "unknown format 'jpg'" in capsys.readouterr().err
    del figure5.costs[3]
    assert figure5.status(figure5.folder / "figure5.svg") == 2
    assert "no parameters of apnet-c2-r8, written" in capsys.readouterr().err
    for content in ({"schema": 1, "table": "table2"}, {"schema": 2, "table": "figure5"}):
        figure5.cells.write_text(json.dumps(content))
        assert figure5.status(figure5.folder / "figure5.svg") == 2
        assert "does not hold the cells of figure5" in capsys.readouterr().err
    assert not list(figure5.folder.glob("figure5.*"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"params": "many"}, "params is 'many', not a valid integer"),
        (
            {"model": "resnet50-apnet-c9"},
            "is of resnet50-apnet-c9, of no experiment: delete it to count again",
        ),
        ({"schema": 2}, "schema is 2, not 1"),
        (None, "is not a valid record: lacks model"),
    ],
)
def test_a_damaged_cost_is_one_sentence(figure5, capsys, changes, said):
    figure5.judge()
    figure5.costs[3] = {"schema": 1} if changes is None else figure5.costs[3] | changes
    assert figure5.status(figure5.folder / "figure5.svg") == 2
    error = capsys.readouterr().err
    assert "/3.json is " in error and said in error and error.count("\n") == 1
    assert not list(figure5.folder.glob("figure5.*"))
