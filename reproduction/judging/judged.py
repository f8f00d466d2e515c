"""Judged tables: what a report is made from, as a frame for a notebook and as JSON between jobs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import pandas as pd

from reproduction.errors import InputError
from reproduction.files import read_json, write_json
from reproduction.judging.cell import Cell

SCHEMA = 2
"""Version of the JSON."""


@dataclass(frozen=True)
class Context:
    """The texts of the results of a column and series, each variant once.

    Attributes:
        runs: how many there are.
        texts: such as `protocol`, by name; none of a text that all leave empty.
    """

    column: str
    series: str
    runs: int
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Annex:
    """A grid of texts below the table, of what the paper does not print.

    Attributes:
        text: sentences above the grid.
        head: of the columns; the first two hold words, the others numbers.
    """

    title: str
    text: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class JudgedTable:
    """A table's cells, in the order of print and of the series, and what they share.

    Attributes:
        table: its id.
        series, seeds: those asked for.
        context: of each column and series with runs.
        names: of the texts that the results give, whether or not they are empty.
        series_name: what the series are called in a heading.
        facts: (name, text) that stand above the table, before those of the results.
        how: counted values came about.
        guide: path, from the reports, of a page on how to read them.
        code: fingerprints, for the record.
    """

    table: str
    series: tuple[str, ...]
    seeds: tuple[int, ...]
    context: tuple[Context, ...]
    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    series_name: str = "Series"
    facts: tuple[tuple[str, str], ...] = ()
    how: str = ""
    guide: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    annexes: tuple[Annex, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether any number is of synthetic data."""
        return any(cell.synthetic for cell in self.cells)

    def to_frame(self) -> pd.DataFrame:
        """One row a cell and series, with the fields of :class:`Cell`."""
        names = [item.name for item in fields(Cell)]
        frame = pd.DataFrame([vars(cell) for cell in self.cells], columns=names)
        frame.insert(0, "table", self.table)
        return frame

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        write_json(file, {"schema": SCHEMA, **asdict(self)})


@dataclass(frozen=True)
class Cells:
    """A paper's judged tables, by id."""

    tables: Mapping[str, JudgedTable]

    def __iter__(self) -> Iterator[JudgedTable]:
        return iter(self.tables.values())

    def to_frame(self) -> pd.DataFrame:
        """One row a cell and series of every table."""
        return pd.concat([judged.to_frame() for judged in self], ignore_index=True)


def read_judged(file: Path, table: str) -> JudgedTable:
    """The judged table that :meth:`JudgedTable.write` wrote.

    Raises:
        InputError: unreadable, or of another table or version.
    """
    content = read_json(file)
    wanted = {"schema": SCHEMA, "table": table}
    if not isinstance(content, dict) or {key: content.get(key) for key in wanted} != wanted:
        raise InputError(
            f"{file} does not hold the cells of {table} in version {SCHEMA}: judge the table again"
        )
    parts = {key: _frozen(value) for key, value in content.items() if key != "schema"}
    return JudgedTable(
        **parts
        | {
            "cells": tuple(map(Cell.from_json, content["cells"])),
            "context": tuple(
                Context(**{key: _frozen(value) for key, value in item.items()})
                for item in content["context"]
            ),
            "annexes": tuple(
                Annex(**{key: _frozen(value) for key, value in item.items()})
                for item in content["annexes"]
            ),
        }
    )


def _frozen(value: object) -> object:
    """Lists as tuples, inside too."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
