"""What is known of each result beyond its numbers: the neutral form that any harness can write.

As JSON (:mod:`reproduction.site.stored`) an object: `schema`, `notes` (sentences at the top of
every page), `cost` (a sentence on the first page), and `results`, which holds a :class:`Run` by the
name of the file that a judged cell names, or that a missing result would have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One point on how a result was made.

    Attributes:
        group: heads it and its like, such as `Protocol`.
        here: what holds for the result.
        paper: what the paper says; empty where nobody would ask it, None where it is silent.
        baseline: what holds for the row's baseline, where that differs.
    """

    group: str
    name: str
    here: str
    paper: str | None = ""
    baseline: str = ""


@dataclass(frozen=True)
class Curve:
    """How a training went: `y` over `x`, as points (x, y)."""

    x: str
    y: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Log:
    """The end of a log."""

    file: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What is known of a result.

    Attributes:
        commands: (what it does, command) that makes it, or makes it again.
        queries: the .npz of its queries (:mod:`reproduction.results.queries`); empty without one.
        query_set: names the set of queries; results of one set can be compared query by query.
        pictures: place of a query in that file, from 0 -> a picture of its ranked list.
        baseline: a sentence on the row's baseline; empty where it has none.
        problems: a sentence each, of what could not be read.
    """

    facts: tuple[Fact, ...] = ()
    curve: Curve | None = None
    logs: tuple[Log, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    queries: str = ""
    query_set: str = ""
    pictures: Mapping[int, str] = field(default_factory=dict)
    baseline: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of all results, by the name of their file.

    Attributes:
        cost: what it took to make them, and was thought to take; empty where that is unknown.
    """

    results: Mapping[str, Run] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cost: str = ""

    def of(self, file: str) -> Run:
        """What is known of a result; nothing of one that is not there."""
        return self.results.get(file, Run())
