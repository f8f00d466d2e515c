"""The paragraph and the small table on top of a report."""

import pytest

from reproduction.judging.cells import Cell, JudgedTable
from reproduction.judging.stored import read_judged
from reproduction.paper.loading import load_table
from reproduction.report.summary import summary
from tests.workflow import records
from tests.workflow.judging import Judge
from workflow.lib.catalogue import FOLDER


@pytest.fixture
def made(tmp_path):
    """Summaries of the small table over what is written."""
    judge = Judge(tmp_path)

    def make(*contents, twice=False, **asked):
        judge.write(*contents)
        judge(**asked)
        judged = read_judged(tmp_path / "cells.json", "table8")
        return summary([(load_table(judge.table), judged)] * (2 if twice else 1))

    return make


def several(dataset="market1501", model="resnet50", off=0.0, **changes):
    """Three seeds, mAP 87.8 and R-1 92.8 as reported of the first row, but for `off`."""
    for seed in range(3):
        here = off + (seed - 1) / 1000
        curve = dict.fromkeys(("1", "5", "10", "20"), 0.928 + here)
        yield records.record(dataset, model, seed, 0.878 + here, cmc=curve, **changes)


def test_it_says_what_came_out_on_which_data_and_the_worst(made):
    worse = several(model="resnet50-apnet-c2", off=-0.05)
    top = made(*several(), *worse, seeds=(0, 1, 2))
    assert top.text == (
        "Of 9 cells 2 match, 2 of 4 are compatible, 2 are worse and 5 are open. "
        "Data: Market-1501; counts as published. "
        "The worst cell: −7.7 (Ours|C_2, Market-1501 mAP; worse)."
    )
    assert top.head == ("reading", "cells", "match", "worse", "open", "compatible")
    assert top.rows == (("written", "9", "2", "2", "5", "2"),)


def test_where_nothing_falls_short_it_says_so(made):
    top = made(*several(off=0.02), seeds=(0, 1, 2))
    assert "No mean falls short; the least good cell: +2.0 (Base_0, Market-1501 " in top.text
    assert top.head[1:5] == ("cells", "match", "better", "worse")


def test_nothing_is_held_against_the_paper_on_synthetic_data(made):
    top = made(*(records.synthetic(seed=seed) for seed in (0, 1)), seeds=(0, 1))
    assert top.text.startswith("Of 9 cells none is held against the paper, and 7 are open. Data: ")
    assert "worst" not in top.text
    assert top.head == ("reading", "cells", "not compared", "open")
    mixed = made(*several("dukemtmc"), seeds=(0, 1, 2)).text
    assert "none is worse, 2 are not compared and 6 are open" in mixed


def test_each_series_and_each_table_has_its_share(made):
    both = {"readings": ("written", "released"), "seeds": (0, 1, 2), "twice": True}
    top = made(*several(), *several(reading="released", off=-0.02), **both)
    assert top.text.startswith(
        "Written: of 18 cells 4 match, 4 of 4 are compatible, none is worse "
    )
    assert "Released: of 18 cells none matches, none of 4 is compatible, 4 are worse" in top.text
    assert "(Table VIII, Base_0, Market-1501 mAP, released; worse)" in top.text
    assert [row[:2] for row in top.rows] == [("written", "18"), ("released", "18")]


def test_counts_of_which_none_is_equal_are_said_to_be_unequal():
    table = load_table(FOLDER / "tables" / "table3.yaml")
    row, column = table.rows[0], table.columns[0]
    names = {"row": row.id, "label": row.label, "group": None, "column": column.key}
    printed = {"metric": column.metrics[0], "reported": 1.0, "reported_bold": False}
    found = {"status": "run", "verdict": "unequal", "comparable": True}
    cell = Cell(**names, **printed, **found, series=None, experiment=None)
    top = summary([(table, JudgedTable("table3", ("",), (), (), (), (cell, cell)))])
    assert top.text == "Of 2 cells 2 counts are unequal and none is open."


def test_every_cell_is_counted_once(made):
    top = made(*several(), records.record("dukemtmc"), seeds=(0, 1, 2))
    cells, *counts = map(int, top.rows[0][1:])
    assert sum(counts[: top.head.index("compatible") - 2]) == cells
