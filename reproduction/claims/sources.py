"""Where the numbers of cells are from: the paper's own tables, or one series of runs.

Of runs, each value is a set of draws of what the cell's mean may truly be: the mean of n runs, with
the spread pooled as the verdict pools it, is t-distributed. One draw of the spread is shared by all
cells that share the pool, and one draw of the mean by all cells that show the same runs. What the
paper quotes, and what is counted, is exact.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from reproduction.claims.expressions import Place
from reproduction.judging.cells import QUOTED, RUN, Cell, JudgedTable
from reproduction.paper.tables import Paper

DRAWS = 20_000
"""Of each uncertain number; a probability of 95 % is then right to 0.2 points."""

PRINTED = "the paper's tables"


@dataclass(frozen=True)
class Reported:
    """What the paper prints."""

    paper: Paper
    name: str = PRINTED

    def value(self, place: Place) -> Fraction | None:
        """As printed."""
        (row,) = (row for row in self.paper.tables[place.table].rows if row.id == place.row)
        printed = row.cells[place.column][place.metric]
        return None if printed is None else Fraction(str(printed))

    def tolerance(self, place: Place) -> Fraction:
        """None beyond rounding."""
        return Fraction(0)

    def lacking(self, place: Place) -> str:
        """Nothing: what the paper leaves out has no value."""
        return ""

    @property
    def centred(self) -> "Reported":
        """The same, for its arithmetic."""
        return self


@dataclass(frozen=True)
class Reproduced:
    """What one series of runs gives.

    Attributes:
        judged: tables by id; those that have not been judged are not there.
        name: of the series.
        unreadable: why tables that were judged cannot be read or are refused, by id.
        centred_only: give the mean of each cell instead of draws.
    """

    paper: Paper
    judged: Mapping[str, JudgedTable]
    name: str
    unreadable: Mapping[str, str] = field(default_factory=dict)
    centred_only: bool = False

    @cached_property
    def _cells(self) -> Mapping[Place, Cell]:
        return {
            Place(table.table, cell.row, cell.column, cell.metric): cell
            for table in self.judged.values()
            for cell in table.cells
            if cell.series in (self.name, None)
        }

    @cached_property
    def _drawn(self) -> dict[Place, np.ndarray]:
        return {}

    def value(self, place: Place) -> Fraction | np.ndarray | None:
        """Draws of a cell's mean; exact where nothing varies."""
        cell = self._cells[place]
        if cell.status == QUOTED:
            return Reported(self.paper).value(place)
        if self.centred_only or self._exact(place):
            return Fraction(str(cell.mean))
        if place not in self._drawn:
            self._drawn[place] = _draws(cell, place.table)
        return self._drawn[place]

    def tolerance(self, place: Place) -> Fraction:
        """That of the cell's verdict."""
        return Fraction(str(self._cells[place].tolerance or 0))

    def lacking(self, place: Place) -> str:
        """Why nothing follows from a cell; empty if something does."""
        title = self.paper.tables[place.table].title
        cell = self._cells.get(place)
        if place.table not in self.judged:
            why = self.unreadable.get(place.table)
            return f"{title}: {why}" if why else f"{title} is not made yet"
        if cell is None:
            return f"{title} is not made under {self.name}"
        if cell.status == QUOTED:
            return ""
        if cell.status != RUN:
            return f"{title}: {cell.status}"
        if not cell.comparable:
            return f"{title}: {'; '.join(cell.why_not)}"
        if not self._exact(place) and len(cell.values) < 2:
            return f"{title}: one run, which says nothing of the spread"
        return ""

    @cached_property
    def centred(self) -> "Reproduced":
        """The same with means for draws, for its arithmetic."""
        return replace(self, centred_only=True)

    def _exact(self, place: Place) -> bool:
        return self.paper.tables[place.table].exact


def _draws(cell: Cell, table: str) -> np.ndarray:
    spread = _generator(table, cell.column, cell.metric).chisquare(cell.dof, DRAWS)
    off = _generator(cell.experiment, cell.column, cell.metric).standard_normal(DRAWS)
    deviation = cell.pooled_sd * np.sqrt(cell.dof / spread)
    return cell.mean + off * deviation / np.sqrt(len(cell.values))


def _generator(*names: str) -> np.random.Generator:
    """One that draws the same for the same names, at any time and on any machine."""
    return np.random.default_rng(zlib.crc32(repr(names).encode()))
