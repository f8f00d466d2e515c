"""Facts of several runs side by side: what series share, and in what a run differs from others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reproduction.site.facts import Fact


@dataclass(frozen=True)
class Point:
    """A fact of every series side by side; None where a series has runs that differ in it.

    Attributes:
        paper: as of :class:`Fact`.
        baseline: of each series, empty where it is the baseline's too.
    """

    name: str
    paper: str | None
    here: tuple[str | None, ...]
    baseline: tuple[str, ...]


def own(runs: Sequence[Sequence[Fact]]) -> list[tuple[Fact, ...]]:
    """Of each run the facts in which it differs from the others."""
    held: dict[tuple[str, str], set[str]] = {}
    for fact in (fact for run in runs for fact in run):
        held.setdefault((fact.group, fact.name), set()).add(fact.here)
    return [tuple(fact for fact in run if len(held[fact.group, fact.name]) > 1) for run in runs]


def side_by_side(
    series: Sequence[Sequence[Sequence[Fact]]],
) -> Iterator[tuple[str, tuple[Point, ...]]]:
    """Facts of each series' runs, side by side and by group."""
    by_name: list[dict[tuple[str, str], list[Fact]]] = []
    for runs in series:
        facts: dict[tuple[str, str], list[Fact]] = {}
        for fact in (fact for run in runs for fact in run):
            facts.setdefault((fact.group, fact.name), []).append(fact)
        by_name.append(facts)
    groups: dict[str, list[Point]] = {}
    for address in dict.fromkeys(address for facts in by_name for address in facts):
        found = [facts.get(address, []) for facts in by_name]
        first = next(filter(None, found))[0]
        groups.setdefault(first.group, []).append(
            Point(
                first.name,
                first.paper,
                tuple(_shared([fact.here for fact in one]) for one in found),
                tuple(_shared([fact.baseline for fact in one]) or "" for one in found),
            )
        )
    return ((group, tuple(points)) for group, points in groups.items())


def _shared(texts: Iterable[str]) -> str | None:
    """What all say; None where they differ, empty without any."""
    different = [*dict.fromkeys(texts)]
    return None if len(different) > 1 else "".join(different)
