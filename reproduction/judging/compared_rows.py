"""Which rows of a table are compared with each other."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from reproduction.paper.tables import Row, Table


def compared(table: Table) -> Iterator[tuple[str, str, Row, Row, bool]]:
    """Column, metric, A, B, and whether the paper steps from B to A, in the order of print.

    A row is compared with the one before it in its group, and with the group's first; a table may
    name its pairs itself (`compare`). Quoted rows are passed over.
    """
    for column in table.columns:
        for a, b, step in _rows(table, column.key):
            for metric in column.metrics:
                yield column.key, metric, a, b, step


def _rows(table: Table, key: str) -> list[tuple[Row, Row, bool]]:
    named = {row.id: row for row in table.rows}
    if table.compare:
        pairs = [(named[a], named[b], True) for a, b in table.compare]
    else:
        pairs = []
        for _, group in groupby(table.rows, key=lambda row: row.group):
            made = [row for row in group if table.experiment_of(row, key) is not None]
            for index, (before, row) in enumerate(pairwise(made)):
                pairs.append((row, before, True))
                pairs += [(row, made[0], False)] if index else []
    experiments = [[table.experiment_of(row, key) for row in pair[:2]] for pair in pairs]
    return [
        pair
        for pair, (a, b) in zip(pairs, experiments, strict=True)
        if a is not None and b is not None and a != b
    ]
