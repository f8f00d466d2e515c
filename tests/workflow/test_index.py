"""The index of all tables and figures: what each line says and leads to."""

import re
from dataclasses import replace

import pytest

from reproduction.judging.stored import read_judged
from reproduction.paper.loading import load_table
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper
from reproduction.report.index import index, render, stored
from reproduction.report.links import beside
from tests.workflow import records
from tests.workflow.judging import Judge
from workflow.lib import catalogue, front, judge

PAPER = catalogue.paper()
COMMAND = "snakemake --cores 2 --config data_root=/a|b -- reports/"


@pytest.fixture
def cells(tmp_path):
    """The folder of Table II's cells, judged over one run; nothing else is judged."""
    records.write(tmp_path / "results" / "paper", records.record(mAP=0.5))
    out = tmp_path / "cells" / "table2.json"
    table, made = catalogue.FOLDER / "tables" / "table2.yaml", tmp_path / "results"
    files = ["--table", table, "--experiments", catalogue.EXPERIMENTS, "--results", made]
    asked = ["--scale", "paper", "--readings", "written", "--seeds", "0", "--out", out]
    assert judge.main([*map(str, [*files, *asked])]) == 0
    return out.parent


def pages(cells, *names):
    """The folder of an index of these reports."""
    out = cells.parent / "reports"
    out.mkdir()
    for name in names:
        (out / name).touch()
    files = [out / name for name in ("table2.md", "table2.html", "figure6.svg", "paper.pdf")]
    front.write(cells, files, COMMAND, out)
    return out


def line(text, title):
    (found,) = (line for line in text.splitlines() if line.startswith(f"| {title} "))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", found)[1:-1]]


def test_a_line_says_what_came_out_of_which_data_and_leads_to_what_exists(cells):
    text = (pages(cells, "table2.md", "table2.html") / "index.md").read_text()
    what, outcome, data, links = line(text, "Table II")[1:]
    assert what == PAPER["table2"].summary
    assert outcome.startswith("of 90 cells 3 single run and 87 not run")
    assert data == "counts as published"
    assert links == "[html](table2.html) [md](table2.md)"
    assert "- **Scale:** paper" in text and "ynthetic" not in text
    assert "paper.pdf" not in text, "it does not exist"


def test_what_is_missing_stands_with_its_command(cells):
    out = pages(cells, "figure6.svg", "paper.pdf")
    text = (out / "index.md").read_text()
    assert line(text, "Table VII")[2:] == ["not made yet", "–", "–"]
    assert line(text, "Fig. 6")[2] == "images, without verdicts"
    assert f"    {COMMAND}table7.html\n" in text and "figure6.html" not in text
    assert "one document: [pdf](paper.pdf)." in text
    assert f"<code>{COMMAND}table7.html</code>" in (out / "index.html").read_text()


def test_every_table_and_figure_has_a_line_in_the_papers_order(cells):
    out = pages(cells)
    shown = re.findall(r'<th scope="row">\n(.+)', (out / "index.html").read_text())
    tables = [f"Table {number}" for number in ("I", "II", "III", "IV", "V", "VI", "VII")]
    assert shown == [*tables, "Fig. 5", "Fig. 6"]
    text = (out / "index.md").read_text()
    assert re.findall(r"^\| ((?:Table|Fig\.) \w+)", text, re.MULTILINE) == shown


def test_snakemakes_report_opens_what_it_holds(cells):
    text = (pages(cells, "table2.md", "table2.html") / "index.rst").read_text()
    assert re.search(
        r"`Table II <javascript:app\.showResultInfo\('.*reports/table2\.html'\)>`__", text
    )
    assert "| Table III " in text, "nothing to open"


def test_cells_of_another_version_are_named_and_have_to_be_judged_again(cells):
    (cells / "table2.json").write_text("{}")
    text = (pages(cells, "table2.md") / "index.md").read_text()
    assert "cells/table2.json does not hold the cells of table2" in line(text, "Table II")[2]


def test_a_table_edited_by_hand_is_named_in_place_of_what_came_of_it_before(cells):
    edited = replace(PAPER, edited={"table2": "row x was edited"})
    content = stored(edited, cells, [], "", cells)
    assert line(render(content, "md"), "Table II")[2] == "row x was edited"


def test_synthetic_numbers_are_marked(tmp_path):
    small = Judge(tmp_path)
    small.write(records.synthetic())
    small()
    judged = read_judged(tmp_path / "cells.json", "table8")
    paper = Paper("", "", tables={"table8": load_table(small.table)})
    content = index(paper, {"table8": judged}, [])
    assert content.synthetic
    assert "**Synthetic data.**" in render(content, "md")
    assert "<strong>Synthetic data.</strong>" in render(content, "html")


NAMES = [table.id for table in in_order(PAPER.tables.values())]


@pytest.mark.parametrize(
    ("name", "pages", "words"),
    [
        ("table1", NAMES, ["All tables and figures", "Table II →"]),
        ("table4", NAMES, ["← Table III", "All tables and figures", "Table V →"]),
        ("figure5", NAMES, ["← Table VII", "All tables and figures"]),
        ("table4", ["table2", "table4"], ["← Table II", "All tables and figures"]),
        ("table4", [], []),
    ],
)
def test_pages_lead_to_their_neighbours(name, pages, words):
    links = beside(name, pages, PAPER.tables.__getitem__)
    assert [text for text, _ in links] == words
