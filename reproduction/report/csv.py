"""Judged cells as CSV: a line a cell and series, at full precision."""

from reproduction.judging.cells import NOT_COMPARABLE, Cell, JudgedTable
from reproduction.results.frame import SYNTHETIC

COLUMNS = (
    *("table", "row", "dataset", "metric", "reading", "reported", "mean", "sd", "seeds"),
    *("difference", "verdict", "comparable"),
)


def render(judged: JudgedTable) -> str:
    """The cells as CSV; `seeds` is how many were run, empty fields are what does not exist."""
    frame = judged.to_frame().rename(columns={"column": "dataset", "series": "reading"})
    frame["seeds"] = frame["seeds"].map(len)
    frame["verdict"] = [_verdict(cell) for cell in judged.cells]
    return frame.to_csv(index=False, columns=COLUMNS)


def _verdict(cell: Cell) -> str:
    if cell.verdict != NOT_COMPARABLE:
        return cell.verdict
    # That a number is synthetic is reason enough.
    return f"{NOT_COMPARABLE} ({SYNTHETIC if cell.synthetic else cell.detail})"
