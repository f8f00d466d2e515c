"""The same runs under another choice of the protocol, judged by the same rule.

An evaluation that gives its numbers both ways shows what the choice alone changes. The others
are no results of their own: they stand beside the cell whose runs they are of.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reproduction.judging.cells import Alternative, Cell
from reproduction.judging.entries import Entry, distinct
from reproduction.paper.tables import Table
from reproduction.results.alternatives import parsed

Judging = Callable[[Table, Entry], Cell]


class WithAlternatives:
    """Makes cells that hold their alternatives: those that every run of the cell has."""

    def __init__(
        self, judging: Callable[[Sequence[Entry]], Judging], entries: Sequence[Entry]
    ) -> None:
        """Of all entries of a table, judged together; alternatives with their like."""
        self._plain = judging(entries)
        labels = distinct(
            label for entry in entries for run in entry.runs for label in parsed(run.alternatives)
        )
        self._others: dict[str, tuple[dict[tuple, Entry], Judging]] = {}
        for label in labels:
            there = {_key(entry): _under(label, entry) for entry in entries if _has(label, entry)}
            self._others[label] = there, judging([*there.values()])

    def __call__(self, table: Table, entry: Entry) -> Cell:
        """The cell of an entry."""
        cell = self._plain(table, entry)
        judged = [
            (label, judging(table, there[_key(entry)]))
            for label, (there, judging) in self._others.items()
            if _key(entry) in there
        ]
        return replace(
            cell,
            choice=" or ".join(distinct(run.choice for run in entry.runs)),
            alternatives=tuple(
                Alternative(
                    label=label,
                    mean=other.mean,
                    change=other.mean - cell.mean,
                    difference=other.difference,
                    verdict=other.verdict,
                    leaning=other.leaning,
                )
                for label, other in judged
            ),
        )


def _key(entry: Entry) -> tuple[str, str, str, str]:
    return entry.printed.row.id, entry.printed.key, entry.printed.metric, entry.series


def _has(label: str, entry: Entry) -> bool:
    return bool(entry.runs) and all(label in parsed(run.alternatives) for run in entry.runs)


def _under(label: str, entry: Entry) -> Entry:
    """An entry with the values that its runs have under a label."""
    runs = (replace(run, value=parsed(run.alternatives)[label]) for run in entry.runs)
    return replace(entry, runs=tuple(runs))
