"""What a schema cannot check of a table: that its parts fit each other."""

import math
from collections.abc import Iterable, Iterator, Mapping

from reproduction.paper.tables import Row, Table


def problems(table: Table, stem: str) -> Iterator[str]:
    """One sentence for each slip: where it is, and what is wrong.

    Args:
        stem: of the table's file, which is to be its id.
    """
    if table.id != stem:
        yield f"table is {table.id!r}, but the file is named {stem!r}: give both one name"
    for key in _repeated(column.key for column in table.columns):
        yield f"two columns have the key {key!r}: each needs its own"
    for name in _repeated(row.id for row in table.rows):
        yield f"two rows have the id {name!r}: each needs its own"
    for name, metric in table.metrics.items():
        if metric.better is None and not table.exact:
            yield f"metric {name}: say which values are better, higher or lower"
        if metric.tolerance is not None and not math.isfinite(metric.tolerance):
            yield f"metric {name}: the tolerance {metric.tolerance} is not a finite number"
    for name in table.curve.metrics if table.curve else ():
        if name not in table.metrics:
            yield f"curve: metric {name!r} is not among {_listed(table.metrics)}"
    for column in table.columns:
        unknown = [name for name in column.metrics if name not in table.metrics]
        if unknown:
            where, known = f"column {column.key}", _listed(table.metrics)
            yield f"{where}: metric {unknown[0]!r} is not among {known}"
    known = [row.id for row in table.rows]
    for name in (name for pair in table.compare for name in pair if name not in known):
        yield f"compare: row {name!r} is not among {_listed(known)}"
    for row in table.rows:
        for problem in _in_row(table, row):
            yield f"row {row.id}: {problem}"


def _repeated(names: Iterable[str]) -> list[str]:
    seen = list(names)
    return [name for index, name in enumerate(seen) if name in seen[:index]]


def _in_row(table: Table, row: Row) -> Iterator[str]:
    keys = [column.key for column in table.columns]
    yield from _difference("column", keys, row.cells)
    for column in table.columns:
        cells = row.cells.get(column.key, {})
        yield from _difference(f"{column.key}: metric", column.metrics, cells)
        for name, value in cells.items():
            yield from _in_cell(table, f"{column.key}/{name}", name, value)
    reported = {
        f"{key}/{name}"
        for key, cells in row.cells.items()
        for name, value in cells.items()
        if value is not None
    }
    for name in sorted(row.bold - reported):
        yield f"bold {name!r} is not a reported cell of the row: name it as column/metric"
    named = row.experiment if isinstance(row.experiment, Mapping) else ()
    for key in named:
        if key not in keys:
            yield f"experiment: column {key!r} is unknown: the table has {_listed(keys)}"


def _difference(what: str, wanted: Iterable[str], given: Iterable[str]) -> Iterator[str]:
    wanted, given = list(wanted), list(given)
    for name in wanted:
        if name not in given:
            yield f"{what} {name!r} is missing: a cell that the paper leaves out is null"
    for name in given:
        if name not in wanted:
            yield f"{what} {name!r} is unknown: the table has {_listed(wanted)}"


def _in_cell(table: Table, where: str, name: str, value: float | None) -> Iterator[str]:
    metric = table.metrics.get(name)
    if metric is None or value is None:
        return
    if not math.isfinite(value):
        yield f"{where}: {value} is not a finite number: copy it as printed"
    elif round(value, metric.decimals) != value:
        yield f"{where}: {value} has more decimals than {metric.decimals}: copy it as printed"
    if metric.unit == "percent" and value > 100:
        yield f"{where}: {value} is more than 100 percent: copy it as printed"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
