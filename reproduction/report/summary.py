"""What stands on top of a report: how many cells came out how, on which data, and the worst one."""

from collections.abc import Callable, Iterator, Sequence

from reproduction.judging.cells import NOT_COMPARABLE, NOT_REPORTED, QUOTED, Cell, JudgedTable
from reproduction.paper.tables import Table
from reproduction.report import text as wording
from reproduction.report.document import Summary
from reproduction.report.phrases import listed
from reproduction.results.frame import FAILED, NOT_RUN

Judged = tuple[Table, JudgedTable]


def _of(*verdicts: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.verdict in verdicts


_COLUMNS: dict[str, Callable[[Cell], bool]] = {
    "match": _of("match"),
    "better": _of("better"),
    "worse": _of("worse"),
    "equal": _of("equal"),
    "unequal": _of("unequal"),
    "undecided": _of("inconclusive", "single run"),
    "not compared": _of(NOT_COMPARABLE, NOT_REPORTED),
    "open": _of(NOT_RUN, FAILED),
    "compatible": lambda cell: bool(cell.compatible),
}
"""Every cell is in one of these columns; those that are compatible are in the last one too."""

_SAID = {
    "match": ("matches", "match"),
    "compatible": ("is compatible", "are compatible"),
    "worse": ("is worse", "are worse"),
    "equal": ("count is equal", "counts are equal"),
    "unequal": ("count is unequal", "counts are unequal"),
    "not compared": ("is not compared", "are not compared"),
    "open": ("is open", "are open"),
}
"""Columns that the paragraph gives too, and their verbs."""


def summary(tables: Sequence[Judged]) -> Summary:
    """The summary of some judged tables, or of one."""
    by_series: dict[str, list[Cell]] = {}
    for _, judged in tables:
        for cell in judged.cells:
            if cell.status != QUOTED:
                by_series.setdefault(cell.series or "", []).append(cell)
    every = [cell for cells in by_series.values() for cell in cells]
    shown = [name for name in _COLUMNS if _count(every, name) or name in _always(every)]
    told = by_series if len(by_series) > 1 and _held(every) else {"": every}
    counts = (_counts(cells, name) for name, cells in told.items())
    sentences = [*counts, *_data(tables), *_worst(tables)]
    return Summary(
        " ".join(f"{sentence}." for sentence in sentences),
        (tables[0][1].series_name.lower() if any(by_series) else "", "cells", *shown),
        tuple(
            (name, str(len(cells)), *(str(_count(cells, column)) for column in shown))
            for name, cells in by_series.items()
        ),
    )


def _count(cells: Sequence[Cell], column: str) -> int:
    return sum(map(_COLUMNS[column], cells))


def _always(cells: Sequence[Cell]) -> Iterator[str]:
    """The columns that are printed though they may be 0."""
    yield "open"
    if any(cell.comparable and cell.tolerance for cell in cells):
        yield from ("match", "worse")
    if any(cell.compatible is not None for cell in cells):
        yield "compatible"


def _counts(cells: Sequence[Cell], series: str) -> str:
    """The sentence on the cells of a series, which is named where it is not the only one."""
    of = f"{series.capitalize()}: of" if series else "Of"
    of = f"{of} {len(cells)} cells"
    if not _held(cells):
        return f"{of} none is held against the paper, and {_said(cells, 'open')}"
    always = {*_always(cells)}
    said = [_said(cells, name) for name in _SAID if _count(cells, name) or name in always]
    return f"{of} {listed(said)}"


def _held(cells: Sequence[Cell]) -> bool:
    """Whether any is held against the paper."""
    return any(cell.comparable and cell.reported is not None for cell in cells)


def _said(cells: Sequence[Cell], column: str) -> str:
    count = _count(cells, column)
    one, more = _SAID[column]
    asked = sum(cell.compatible is not None for cell in cells)
    of = f" of {asked}" if column == "compatible" and asked < len(cells) else ""
    return f"{count or 'none'}{of} {one if count <= 1 else more}"


def _data(tables: Sequence[Judged]) -> Iterator[str]:
    """On which data, as far as the results say."""
    labels: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for table, judged in tables:
        there = {item.column for item in judged.context if item.texts.get("data_kind")}
        columns = [column for column in table.columns if column.key in there]
        own = [column for column in columns if column.training_set == column.test_set]
        labels |= dict.fromkeys(column.label for column in own or columns)
        for item in judged.context:
            kinds |= dict.fromkeys(item.texts.get("data_kind", ()))
    if kinds:
        yield f"Data: {listed([*labels])}; {listed([*kinds])}"


def _worst(tables: Sequence[Judged]) -> Iterator[str]:
    """The cell that falls short of the paper by most, in tolerances; of counts none is worse."""
    compared = [
        (_shortfall(table, cell), table, cell)
        for table, judged in tables
        for cell in judged.cells
        if cell.difference is not None and cell.tolerance
    ]
    if not compared:
        return
    shortfall, table, cell = max(compared, key=lambda item: item[0])
    several = any(other.series != cell.series for _, _, other in compared)
    where = wording.where(table, cell) + (f", {cell.series}" if several else "")
    where = f"{table.title}, {where}" if len(tables) > 1 else where
    by = wording.signed(cell.difference, table.metrics[cell.metric].decimals)
    lead = "The worst cell" if shortfall > 0 else "No mean falls short; the least good cell"
    yield f"{lead}: {by} ({where}; {wording.verdict(cell)})"


def _shortfall(table: Table, cell: Cell) -> float:
    """In tolerances; where neither more nor less is good, any difference is one."""
    better = table.metrics[cell.metric].better
    short = {"higher": -cell.difference, "lower": cell.difference}.get(better, abs(cell.difference))
    return short / cell.tolerance
