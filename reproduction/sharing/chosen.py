"""The cells that leave the house: what is trained, and what of it may be called a result."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reproduction.errors import InputError
from reproduction.judging.cells import Cell, JudgedTable
from reproduction.paper.tables import Column, Metric, Paper, Table
from reproduction.report.phrases import listed


@dataclass(frozen=True)
class Exported:
    """A cell with what its table says of it.

    Attributes:
        texts: of the runs in its column and series, such as `protocol`.
    """

    table: Table
    column: Column
    metric: Metric
    cell: Cell
    texts: Mapping[str, tuple[str, ...]]


def of_tables(judged: Iterable[JudgedTable], paper: Paper) -> Iterator[Exported]:
    """Every cell of the paper's tables of accuracies; counts and costs are of no test set.

    Raises:
        InputError: a cell of no row, column or metric of the paper's.
    """
    tables = {name: table for name, table in paper.tables.items() if not table.exact}
    found = [item for item in judged if item.table in tables]
    # What a table and a figure both show is called as in the table.
    for item in sorted(found, key=lambda item: tables[item.table].form != "table"):
        table = tables[item.table]
        columns = {column.key: column for column in table.columns}
        known = {(printed.row.id, printed.key, printed.metric) for printed in table.cells()}
        texts = {(one.column, one.series): one.texts for one in item.context}
        for cell in item.cells:
            if (cell.row, cell.column, cell.metric) not in known:
                raise InputError(
                    f"{table.id} has no cell {cell.row}, {cell.column}, {cell.metric} (any more): "
                    f"judge it again"
                )
            told = texts.get((cell.column, cell.series), {})
            yield Exported(table, columns[cell.column], table.metrics[cell.metric], cell, told)


def results_among(cells: Iterable[Exported]) -> tuple[list[Exported], str]:
    """Those that are results of the dataset they name, each run once, and a word on the others.

    Synthetic numbers, and those that cannot be held against the paper, are no results of it.
    """
    found: dict[tuple[str | None, ...], Exported] = {}
    left: Counter[str] = Counter()
    for item in cells:
        cell = item.cell
        if cell.series is None or not cell.values:
            continue
        if cell.synthetic:
            left["of synthetic data"] += 1
        elif not cell.comparable:
            left["not comparable with the paper"] += 1
        else:
            # A row that several tables print is one run.
            found.setdefault((cell.experiment, cell.column, cell.metric, cell.series), item)
    words = listed([f"{count} {why}" for why, count in left.items()])
    return [*found.values()], f"{sum(left.values())} cells left out: {words}" if left else ""
