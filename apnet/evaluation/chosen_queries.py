"""Which queries are shown: named ones, the worst, the best, some at random, or all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apnet.data.dataset import ReIDDataset, Sample
from apnet.errors import InputError, did_you_mean, one_of

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

    def of(self, dataset: ReIDDataset, precisions: np.ndarray) -> np.ndarray:
        """Positions of the chosen queries.

        Args:
            precisions: average precision of each query; NaN without a true match.

        Raises:
            InputError: a name or a camera of no query, or a named query without a true match.
        """
        if self.names:
            rows = (_named(name, dataset, precisions) for name in self.names)
            return np.array(list(dict.fromkeys(rows)))
        taken = np.isfinite(precisions)
        if self.cameras:
            taken &= np.isin(_cameras(dataset, self.cameras), self.cameras)
        pool = np.flatnonzero(taken)
        if not len(pool):
            raise InputError(f"no query of {dataset.name} by these cameras has a true match")
        if self.way == "all":
            return pool
        if self.way == "random":
            drawn = np.random.default_rng(self.seed).permutation(pool)[: self.count]
            return np.sort(drawn)
        falling = -1 if self.way == "best" else 1
        return pool[np.argsort(falling * precisions[pool], kind="stable")][: self.count]


def _cameras(dataset: ReIDDataset, wanted: Sequence[int]) -> np.ndarray:
    cameras = np.array([query.camera for query in dataset.query])
    for camera in wanted:
        if camera not in cameras:
            raise one_of("camera of a query", camera, map(str, np.unique(cameras)))
    return cameras


def _named(name: str, dataset: ReIDDataset, precisions: np.ndarray) -> int:
    """The position of the query with this file name, or this path in its dataset's folder."""
    paths = {query.path.as_posix(): row for row, query in enumerate(dataset.query)}
    rows = [row for path, row in paths.items() if name in (path, path.rpartition("/")[2])]
    if not rows:
        known = [query.path.name for query in dataset.query]
        raise InputError(
            f"{name!r} is no query of {dataset.name}: name a file such as {min(known)}"
            f"{did_you_mean(name, known)}"
        )
    if len(rows) > 1:
        raise InputError(
            f"{len(rows)} queries of {dataset.name} are called {name!r}: name one by its path, "
            f"such as {dataset.query[rows[0]].path.as_posix()}"
        )
    if np.isnan(precisions[rows[0]]):
        raise InputError(
            f"the query {name} of {dataset.name} has no true match in the gallery: choose another"
        )
    return rows[0]


def picture_names(queries: Sequence[Sample]) -> list[str]:
    """A file name for the picture of each query: its image's, numbered where two have one."""
    stems = [query.path.stem for query in queries]
    if max(Counter(stems).values()) > 1:
        stems = [f"{row:06d}-{stem}" for row, stem in enumerate(stems)]
    return [f"{stem}.jpg" for stem in stems]
