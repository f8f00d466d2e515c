"""The same runs under another choice of the protocol, judged by the same rule.

An evaluation that gives its numbers both ways shows what the choice alone changes. The others
are no results of their own: they stand beside the cell whose runs they are of.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, Self, TypeVar

from reproduction.judging.cells import Alternative, Cell
from reproduction.paper.tables import Table


class _Entry(Protocol):
    """What is asked here of an entry of a table, whose file stands above this one."""

    choice: str
    labels: tuple[str, ...]

    def under(self, label: str) -> Self: ...


_AnEntry = TypeVar("_AnEntry", bound=_Entry)


class WithAlternatives(Generic[_AnEntry]):
    """Makes cells that hold their alternatives: those that every run of the cell has."""

    def __init__(
        self,
        judging: Callable[[Sequence[_AnEntry]], Callable[[Table, _AnEntry], Cell]],
        entries: Sequence[_AnEntry],
    ) -> None:
        """Of all entries of a table, which are judged together, as are those under one label."""
        self._plain = judging(entries)
        labels = dict.fromkeys(label for entry in entries for label in entry.labels)
        self._others = {
            label: judging([entry.under(label) for entry in entries if label in entry.labels])
            for label in labels
        }

    def __call__(self, table: Table, entry: _AnEntry) -> Cell:
        """The cell of an entry."""
        cell = self._plain(table, entry)
        others = {label: self._others[label](table, entry.under(label)) for label in entry.labels}
        found = (_alternative(label, other, cell) for label, other in others.items())
        return replace(cell, choice=entry.choice, alternatives=tuple(found))


def _alternative(label: str, other: Cell, cell: Cell) -> Alternative:
    return Alternative(
        label=label,
        mean=other.mean,
        change=other.mean - cell.mean,
        difference=other.difference,
        verdict=other.verdict,
        leaning=other.leaning,
    )
