"""Which reproduced cells are bold: the best of their group, as the paper sets its own."""

from collections import defaultdict
from collections.abc import Iterable

from reproduction.judging.cells import RUN, Cell
from reproduction.paper.tables import Table

_LEAST = 2
"""Rows that make a comparison."""


def best_cells(cells: Iterable[Cell], table: Table) -> set[tuple]:
    """(row, column, metric, series) of the best means among a group's reproduced rows.

    Means that print the same are a tie, and all of a tie are bold. A lone row is not, nor
    is a row whose group is None.
    """
    rivals: dict[tuple, dict[tuple, float]] = defaultdict(dict)
    for cell in cells:
        if cell.status == RUN and cell.group is not None:
            metric, series = cell.metric, cell.series
            printed = round(cell.mean, table.metrics[metric].decimals)
            key = (cell.row, cell.column, metric, series)
            rivals[cell.group, cell.column, metric, series][key] = printed
    return {
        key
        for (_, _, metric, _), printed in rivals.items()
        if len(printed) >= _LEAST
        for key, value in printed.items()
        if value == _best(printed.values(), table.metrics[metric].better)
    }


def _best(values: Iterable[float], better: str | None) -> float | None:
    if better is None:
        return None
    return max(values) if better == "higher" else min(values)
