"""docs/error-rates.md: what is integrated comes out again, and what is simulated by the rule."""

import re
import runpy

import numpy as np
import pytest

from reproduction.judging.rule import corrected, decide, p_value
from reproduction.judging.statistics import pool
from tests.workflow.conftest import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made():
    return runpy.run_path(DOCS / "error_rates.py")


@pytest.fixture(scope="module")
def printed(made):
    """The page's tables by their heading, each as spread -> column -> text."""
    page = (DOCS / "error-rates.md").read_text()
    shown = page.partition(made["BEGIN"])[2].partition(made["END"])[0]
    tables = {}
    for part in shown.split("### ")[1:]:
        title, _, rest = part.partition("\n\n")
        head, _, *rows = (
            re.split(r" *\| *", line.strip("| ")) for line in rest.splitlines() if line
        )
        cells = (dict(zip(head, row, strict=True)) for row in rows)
        tables[title] = {float(line["s"]): line for line in cells}
    return tables


def test_what_one_cell_does_is_as_printed(made, printed):
    for difference in made["DIFFERENCES"]:
        for spread, line in printed[f"True difference {difference:g}"].items():
            assert line["1 run: within e"] == f"{100 * made['within'](difference, spread):.0f}"
            for seeds in made["SEEDS"]:
                shown = [line[f"{seeds}: {word}"].split(" ")[0] for word in ("match", "b / w")]
                assert shown == [
                    f"{100 * one:.0f}" for one in made["alone"](difference, spread, seeds)
                ]
    for spread, line in printed["How often a number is compatible"].items():
        for column, text in line.items():
            if column != "s":
                difference, seeds = column.split(": ")
                share = made["compatible"](float(difference), spread, int(seeds))
                assert text == f"{100 * share:.0f}"


@pytest.mark.parametrize(("difference", "spread"), [(0.0, 0.3), (1.0, 0.4)])
def test_tables_come_out_as_printed(printed, difference, spread):
    """Ten tables of ninety cells, judged cell by cell, of three seeds."""
    rng, words = np.random.default_rng(5), []
    for _ in range(10):
        runs = rng.normal(80 + difference, spread, (9, 10, 3))
        pools = [pool(column) for column in runs]
        cells = [(v, known) for column, known in zip(runs, pools, strict=True) for v in column]
        tested = corrected([p_value(values, 80, 0.5, known) for values, known in cells])
        for (values, known), test in zip(cells, tested, strict=True):
            words.append(decide([*values], 80, 0.5, known, tested=test).word)
    line = printed[f"True difference {difference:g}"][spread]
    for name, there in (("match", ["match"]), ("b / w", ["better", "worse"])):
        shown = float(line[f"3: {name}"].split(" → ")[1])
        assert 100 * np.isin(words, there).mean() == pytest.approx(shown, abs=7)


def test_what_a_table_decides_is_false_in_a_twentieth_of_the_cases_at_most(made, printed):
    found = made["false_share"](0.3, 3, tables=200)
    texts = printed["How much of what a table decides is false"]
    assert 100 * found == pytest.approx(float(texts[0.3]["3: corrected"]), abs=1)
    for line in texts.values():
        for column, text in line.items():
            assert column.endswith(("s", "as it is")) or float(text) <= 5
    assert max(float(line["3: as it is"]) for line in texts.values()) > 10
