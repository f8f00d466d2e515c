"""Which queries a user asks to see: named ones, the worst, the best, some at random, or all."""

from collections.abc import Sequence
from dataclasses import dataclass

from apnet.errors import one_of

WAYS = ("worst", "best", "random", "all")


@dataclass(frozen=True)
class Choice:
    """What a user asks to see, of the queries that have a true match.

    Attributes:
        names: file names; with any, nothing else counts.
        way: one of :data:`WAYS`, by average precision; equal ones in the order of the files.
        count: of `worst`, `best` and `random`.
        seed: of `random`.
        cameras: those that took the query; none is any.

    Raises:
        InputError: an unknown way.
    """

    names: Sequence[str] = ()
    way: str = "worst"
    count: int = 8
    seed: int = 0
    cameras: Sequence[int] = ()

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise one_of("choice of queries", self.way, WAYS)

    def words(self) -> str:
        """What it chooses, as a phrase."""
        if self.names:
            return "queries by name"
        cameras = f", by camera {', '.join(map(str, self.cameras))}" if self.cameras else ""
        if self.way == "all":
            return f"all queries{cameras}"
        queries = "1 query" if self.count == 1 else f"{self.count} queries"
        if self.way == "random":
            return f"{queries}{cameras} at random (seed {self.seed})"
        return f"the {queries}{cameras} with the {self.way} average precision"
