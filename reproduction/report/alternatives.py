"""Tables of the same runs under another choice of the protocol, below the paper's table."""

from collections.abc import Iterable, Iterator

from reproduction.judging.cells import Alternative, Cell, Grid, JudgedTable
from reproduction.paper.tables import Column, Table
from reproduction.report import text as wording
from reproduction.report.document import WATERMARK
from reproduction.report.phrases import listed


def grids(judged: JudgedTable, table: Table) -> Iterator[Grid]:
    """A grid a column with alternatives: each row as judged, and below it the alternatives."""
    for column in table.columns:
        cells = [cell for cell in judged.cells if cell.column == column.key and cell.alternatives]
        if cells:
            yield _grid(judged, table, column, cells)


def _grid(judged: JudgedTable, table: Table, column: Column, cells: list[Cell]) -> Grid:
    labels = dict.fromkeys(item.label for cell in cells for item in cell.alternatives)
    own = listed(dict.fromkeys(cell.choice for cell in cells if cell.choice)) or "as judged"
    rows: dict[tuple[str, str | None], dict[str, Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.row, cell.series), {})[cell.metric] = cell
    name = column.label if column.metrics != (column.label,) else table.heading
    return Grid(
        title=f"{name}: {listed([own, *labels])}",
        text=tuple(_sentences(cells, own, listed(labels))),
        head=(table.heading, "", *column.metrics),
        rows=tuple(
            line
            for by_metric in rows.values()
            for line in _lines(by_metric, column.metrics, table, len(judged.series) > 1)
        ),
    )


def _sentences(cells: Iterable[Cell], own: str, others: str) -> Iterator[str]:
    yield f"The numbers and verdicts above are those {own}."
    compared = any(cell.difference is not None for cell in cells)
    more = ", and the verdict that they would have" if compared else ""
    yield f"The same runs {others}: their mean, in parentheses what that changes{more}."


def _lines(
    by_metric: dict[str, Cell], metrics: Iterable[str], table: Table, several: bool
) -> Iterator[tuple[str, ...]]:
    """A row's own numbers, and a line for each alternative."""
    first, *_ = by_metric.values()
    series = f"{first.series}, " if several else ""
    cells = [by_metric.get(metric) for metric in metrics]
    own = (_shown(cell, cell, table) if cell else "" for cell in cells)
    yield first.label, f"{series}{first.choice or 'as judged'}", *own
    others = (item.label for cell in by_metric.values() for item in cell.alternatives)
    for label in dict.fromkeys(others):
        yield "", f"{series}{label}", *(_under(label, cell, table) for cell in cells)


def _under(label: str, cell: Cell | None, table: Table) -> str:
    found = [item for item in cell.alternatives if item.label == label] if cell else []
    return _shown(found[0], cell, table, found[0].change) if found else ""


def _shown(item: Cell | Alternative, cell: Cell, table: Table, change: float | None = None) -> str:
    """A mean, what is changed by it, and the sign of its verdict; of synthetic data the mean."""
    decimals = table.metrics[cell.metric].decimals
    mean = f"{item.mean:.{decimals}f}"
    if cell.synthetic:
        return f"{mean}{WATERMARK}"
    by = f" ({wording.signed(change, decimals)})" if change is not None else ""
    return f"{mean}{by} {wording.SIGNS.get(wording.kind(item), '')}".rstrip()
