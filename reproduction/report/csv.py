"""Judged cells as CSV: a line a cell and series, at full precision."""

import pandas as pd

from reproduction.judging.cells import NOT_COMPARABLE, Cell, JudgedTable
from reproduction.results.frame import SYNTHETIC

COLUMNS = (
    "table",
    "row",
    "dataset",
    "metric",
    "reading",
    "reported",
    "mean",
    "sd",
    "seeds",
    "difference",
    "verdict",
    "comparable",
)


def render(judged: JudgedTable) -> str:
    """The cells as CSV; `seeds` is how many were run, empty fields are what does not exist."""
    lines = [_line(cell) | {"table": judged.table} for cell in judged.cells]
    return pd.DataFrame(lines, columns=COLUMNS).to_csv(index=False)


def _line(cell: Cell) -> dict[str, object]:
    names = {"dataset": cell.column, "reading": cell.series}
    return vars(cell) | names | {"seeds": len(cell.seeds), "verdict": _verdict(cell)}


def _verdict(cell: Cell) -> str:
    if cell.verdict != NOT_COMPARABLE:
        return cell.verdict
    # That a number is synthetic is reason enough.
    return f"not comparable ({SYNTHETIC if cell.synthetic else cell.detail})"
