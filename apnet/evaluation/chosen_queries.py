"""Queries that a user asks to see: their positions in a dataset, and their pictures' names."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from apnet.data.dataset import ReIDDataset, Sample
from apnet.errors import InputError, did_you_mean, one_of
from apnet.evaluation.choice import Choice


def chosen(choice: Choice, dataset: ReIDDataset, precisions: np.ndarray) -> np.ndarray:
    """Positions of the queries that are asked for.

    Args:
        precisions: average precision of each query; NaN without a true match.

    Raises:
        InputError: a name or a camera of no query, or a named query without a true match.
    """
    if choice.names:
        rows = (_named(name, dataset, precisions) for name in choice.names)
        return np.array(list(dict.fromkeys(rows)))
    taken = np.isfinite(precisions)
    if choice.cameras:
        taken &= np.isin(_cameras(dataset, choice.cameras), choice.cameras)
    pool = np.flatnonzero(taken)
    if not len(pool):
        raise InputError(f"no query of {dataset.name} by these cameras has a true match")
    if choice.way == "all":
        return pool
    if choice.way == "random":
        drawn = np.random.default_rng(choice.seed).permutation(pool)[: choice.count]
        return np.sort(drawn)
    falling = -1 if choice.way == "best" else 1
    return pool[np.argsort(falling * precisions[pool], kind="stable")][: choice.count]


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
