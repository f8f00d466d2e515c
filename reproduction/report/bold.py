"""Which reproduced cells are bold: the best of their group, as the paper sets its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from reproduction.paper.tables import Table

_LEAST = 2
"""Rows that make a comparison."""


def best_cells(cells: Iterable[Mapping[str, object]], table: Table) -> set[tuple]:
    """(row, dataset, metric, reading) of the best means among a group's reproduced rows.

    Means that print the same are a tie, and all of a tie are bold. A lone row is not, nor
    is a row whose group is None.
    """
    rivals: dict[tuple, dict[tuple, float]] = defaultdict(dict)
    for cell in cells:
        if cell["status"] == "run" and cell["group"] is not None:
            metric, reading = cell["metric"], cell["reading"]
            printed = round(cell["mean"], table.metrics[metric].decimals)
            place = (cell["row"], cell["dataset"], metric, reading)
            rivals[cell["group"], cell["dataset"], metric, reading][place] = printed
    return {
        place
        for (_, _, metric, _), printed in rivals.items()
        if len(printed) >= _LEAST
        for place, value in printed.items()
        if value == _best(printed.values(), table.metrics[metric].better)
    }


def _best(values: Iterable[float], better: str | None) -> float | None:
    if better is None:
        return None
    return max(values) if better == "higher" else min(values)
