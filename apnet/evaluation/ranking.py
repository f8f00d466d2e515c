"""Ranks of true matches, a query after another, without sorting its gallery.

Ties are resolved by the order of the gallery, the same on every machine; a match gains
nothing from a tie, so features that are all equal do not score.

Only the images nearer than a query's farthest true match matter. With a model worth
evaluating those are few: they are picked out in one pass over the distances and only
they are sorted. Where they are many, nearer images are counted, a pass for each match.
"""

import numpy as np
from torch import Tensor

from apnet.evaluation.protocol import Entries

_SORTING = 25
"""Sorting a number takes about as long as this many comparisons."""


def ranks_by_query(distances: Tensor, matches: Entries) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        distances: c x g or wider, infinite for images that are left out and beyond the gallery.
        matches: true matches; of every query one at least.

    Returns:
        1-based rank of each match, in the order of `matches`.
    """
    rows = distances.cpu().numpy()
    ends = np.searchsorted(matches.rows, np.arange(1, len(rows)))
    images = np.split(matches.images, ends)
    return np.concatenate([match_ranks(*pair) for pair in zip(rows, images, strict=True)])


def match_ranks(distances: np.ndarray, matches: np.ndarray) -> np.ndarray:
    """Ranks of one query's true matches in its gallery.

    Args:
        distances: of the query to each gallery image, infinite for those left out.
        matches: indices of its true matches, ascending.

    Returns:
        1-based rank of each match.
    """
    match_distances = distances[matches]
    within = distances <= match_distances.max()
    if len(matches) * len(distances) < _SORTING * np.count_nonzero(within):
        return np.array(
            [_rank(distances, *pair) for pair in zip(matches, match_distances, strict=True)]
        )
    near = np.sort(distances[within])
    first = np.searchsorted(near, match_distances, side="left")
    ranks = first + 1
    for tied in np.flatnonzero(np.searchsorted(near, match_distances, side="right") > ranks):
        ranks[tied] += np.count_nonzero(distances[: matches[tied]] == match_distances[tied])
    return ranks


def _rank(distances: np.ndarray, index: int, distance: float) -> int:
    """Of images that tie, the ones before this are ahead."""
    before, after = distances[:index], distances[index:]
    return 1 + np.count_nonzero(before <= distance) + np.count_nonzero(after < distance)


def average_precision(matches: Entries, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average precision of each query, and the rank of its first match.

    The mean over the true matches of k / rank of the k-th one; not interpolated. A query's
    is the same to the last bit whatever others are given beside it.

    Args:
        matches: true matches; of every query one at least.
        ranks: of each of them.
    """
    ranks = ranks[np.lexsort((ranks, matches.rows))]
    starts = np.flatnonzero(np.diff(matches.rows, prepend=-1))
    counts = np.diff(starts, append=len(ranks))
    position = np.arange(1, len(ranks) + 1) - np.repeat(starts, counts)
    return np.add.reduceat(position / ranks, starts) / counts, ranks[starts]
