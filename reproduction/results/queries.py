"""Queries of an evaluation: the average precision of each, and the rank of its first match."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduction.errors import InputError

MOST_BYTES = 2**28
"""Unpacked. A million queries with names of sixty characters fit."""

_KINDS = {
    "average_precision": ("f", "numbers"),
    "first_match_rank": ("iu", "whole numbers"),
    "image": ("U", "texts"),
    "identity": ("iu", "whole numbers"),
    "camera": ("iu", "whole numbers"),
}
"""Array -> NumPy's kinds of what it holds, and a word for it."""

MEAN_AP, _ACCURACY = "mAP", "R-"

_REQUIRED = ("average_precision", "first_match_rank")


@dataclass(frozen=True, eq=False)
class Queries:
    """What an evaluation found for each query, in arrays of length q.

    Attributes:
        average_precision: float64, from 0 to 1; NaN for a query without a true match.
        first_rank: int64, of the first true match, from 1; 0 for a query without one.
        image: names of files; None where an older file has none, as the two below.
        identity, camera: int64.
    """

    average_precision: np.ndarray
    first_rank: np.ndarray
    image: np.ndarray | None = None
    identity: np.ndarray | None = None
    camera: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.average_precision)

    @property
    def valid(self) -> np.ndarray:
        """Which queries have a true match, as bool."""
        return self.first_rank > 0

    def scores(self, metric: str) -> np.ndarray:
        """Each query's part in a metric, from 0 to 1 (float64); NaN for one without a true match.

        Args:
            metric: `mAP`, or `R-k`, to which a query lends 1 if its first match is within k.

        Raises:
            ValueError: another metric.
        """
        if metric == MEAN_AP:
            return self.average_precision
        if not measured_by(metric):
            raise ValueError(f"{metric!r} is neither mAP nor R-k")
        within = self.first_rank <= int(metric.removeprefix(_ACCURACY))
        return np.where(self.valid, within.astype(float), np.nan)


def measured_by(metric: str) -> bool:
    """Whether a metric is a mean over queries that :class:`Queries` can tell."""
    return metric == MEAN_AP or (
        metric.startswith(_ACCURACY) and metric.removeprefix(_ACCURACY).isdecimal()
    )


def read_queries(file: Path) -> Queries:
    """The queries in an .npz; whatever else it holds is not read.

    Args:
        file: holds `average_precision` and `first_match_rank`, a number a query, and may hold
            `image`, `identity` and `camera`.

    Raises:
        InputError: no such file or a damaged one, arrays of another kind or of different
            lengths, no query, or numbers that contradict each other.
    """
    try:
        arrays = _read(file)
    except InputError:
        raise
    except Exception as error:  # of a damaged archive zipfile and NumPy raise nearly anything
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(f"cannot read {file} ({reason}): evaluate again") from error
    wrong = _wrong(arrays)
    if wrong:
        raise InputError(f"{file} is no file of queries ({wrong}): evaluate again")
    precision, rank, *labels = (arrays.get(name) for name in _KINDS)
    whole = [None if item is None else item.astype(np.int64) for item in (rank, *labels[1:])]
    return Queries(precision.astype(np.float64), whole[0], labels[0], *whole[1:])


def _read(file: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(file) as archive:
        items = [it for it in archive.infolist() if it.filename.removesuffix(".npy") in _KINDS]
    if sum(item.file_size for item in items) > MOST_BYTES:
        raise InputError(
            f"{file} is no file of queries (unpacked it is over {MOST_BYTES >> 20} MiB): "
            f"evaluate again"
        )
    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in _KINDS if name in archive.files}


def _wrong(arrays: dict[str, np.ndarray]) -> str:
    """What is wrong, in a few words; empty if nothing is."""
    for name in _REQUIRED:
        if name not in arrays:
            return f"it lacks {name}"
    for name, array in arrays.items():
        kinds, words = _KINDS[name]
        # What is no array comes as its bytes.
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind not in kinds:
            return f"{name} is no list of {words}"
    if len({len(array) for array in arrays.values()}) > 1:
        return "its arrays have different lengths"
    precision, rank = (arrays[name] for name in _REQUIRED)
    if not len(precision):
        return "it holds no query"
    if (rank < 0).any() or not np.array_equal(rank == 0, np.isnan(precision)):
        return "average_precision and first_match_rank disagree on which queries have a match"
    found = precision[rank > 0]
    return "" if ((found >= 0) & (found <= 1 + 1e-9)).all() else "average_precision leaves 0 to 1"
