"""Judged cells as CSV: a line a cell and series, at full precision."""

from collections.abc import Iterable

import pandas as pd

from reproduction.judging.cells import NOT_COMPARABLE, Alternative, Cell, JudgedTable
from reproduction.results.alternatives import written
from reproduction.results.frame import SEPARATOR, SYNTHETIC


def render(judged: JudgedTable) -> str:
    """The cells as CSV; `seeds` is how many were run, empty fields are what does not exist.

    The column of the series has the paper's own word, such as `reading`. Below the cells come
    the references; the row of each is its label, and it has no verdict.
    """
    series = judged.series_name.lower()
    frame = judged.to_frame().rename(columns={"column": "dataset", "series": series})
    frame["seeds"] = frame["seeds"].map(len)
    frame["best_of"] = frame["best_of"].astype("Int64")
    frame["verdict"] = [_verdict(cell) for cell in judged.cells]
    frame["alternatives"] = frame["alternatives"].map(_alternatives)
    columns = [
        *("table", "row", "dataset", "metric", series, "reported", "mean", "sd", "seeds"),
        *("difference", "verdict", "comparable", "tolerance", "p_value", "adjusted_p"),
        *("compatible", "best_of", "choice", "alternatives"),
    ]
    below = [
        {
            **{"table": judged.table, "row": item.label, "dataset": item.column},
            **{"metric": item.metric, series: item.series, "mean": item.mean},
            **{"seeds": len(item.seeds), "comparable": False},
        }
        for item in judged.references
    ]
    text = frame.to_csv(index=False, columns=columns)
    return text + pd.DataFrame(below, columns=columns).to_csv(index=False, header=False)


def _alternatives(items: Iterable[Alternative]) -> str:
    """As in a CSV of results, each with its verdict."""
    return SEPARATOR.join(f"{written(item.label, item.mean)} ({item.verdict})" for item in items)


def _verdict(cell: Cell) -> str:
    if cell.verdict != NOT_COMPARABLE:
        return cell.verdict
    # That a number is synthetic is reason enough.
    return f"{NOT_COMPARABLE} ({SYNTHETIC if cell.synthetic else cell.detail})"
