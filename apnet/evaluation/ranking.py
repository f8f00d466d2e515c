"""Ranks of true matches, a query after another, without sorting its gallery.

Ties are resolved by the order of the gallery, the same on every machine; a match gains
nothing from a tie, so features that are all equal do not score.

Only the images nearer than a query's farthest true match matter. With a model worth
evaluating those are few: they are picked out in one pass over the distances and only
they are sorted. Where they are many, nearer images are counted, a pass for each match.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from torch import Tensor

from apnet.evaluation.protocol import Entries

_SORTING = 25
"""Sorting a number takes about as long as this many pairs of comparisons."""


class Doubt(NamedTuple):
    """What distances leave open, and how it is decided.

    Attributes:
        margins: what a difference must exceed to count, for each query, in the distances' type.
        exact: exact distances of a query, by its row, to some images.
        most: distances of one query that are made so at most.
    """

    margins: np.ndarray
    exact: Callable[[int, np.ndarray], np.ndarray]
    most: float = np.inf


def ranks_by_query(distances: Tensor, matches: Entries, doubt: Doubt | None = None) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        distances: c x g or wider, infinite for images that are left out and beyond the gallery.
        matches: true matches; of every query one at least.
        doubt: nothing if not given; then distances that are equal are.

    Returns:
        1-based rank of each match, in the order of `matches`; zeros for a query that would
        take more exact distances than allowed.
    """
    rows = distances.cpu().numpy()
    ends = np.searchsorted(matches.rows, np.arange(1, len(rows)))
    found = []
    for row, images in enumerate(np.split(matches.images, ends)):
        if doubt is None or not doubt.margins[row]:
            found.append(match_ranks(rows[row], images))
        else:
            exact = partial(doubt.exact, row)
            found.append(match_ranks(rows[row], images, doubt.margins[row], exact, doubt.most))
    return np.concatenate(found)


def match_ranks(
    distances: np.ndarray,
    matches: np.ndarray,
    margin: float = 0,
    exact: Callable[[np.ndarray], np.ndarray] | None = None,
    most: float = np.inf,
) -> np.ndarray:
    """Ranks of one query's true matches in its gallery, as of :func:`ranks_by_query`.

    Args:
        distances: of the query to each gallery image, infinite for those left out.
        matches: indices of its true matches, ascending.
        margin: as in :class:`Doubt`, of this query; so are the others.
    """
    own = distances[matches]
    low, high = own - margin, own + margin
    within = distances <= high.max()
    if len(matches) * len(distances) < _SORTING * np.count_nonzero(within):
        first = np.array([np.count_nonzero(distances < bound) for bound in low])
        last = np.array([np.count_nonzero(distances <= bound) for bound in high])
    else:
        near = np.sort(distances[within])
        first = np.searchsorted(near, low, side="left")
        last = np.searchsorted(near, high, side="right")
    ranks = first + 1
    tied = np.flatnonzero(last > ranks)
    if not len(tied):
        return ranks
    if exact is None:
        for match in tied:
            ranks[match] += np.count_nonzero(distances[: matches[match]] == own[match])
        return ranks
    if (last - first)[tied].sum() > most:
        return np.zeros_like(ranks)
    near = np.flatnonzero(within)
    among = distances[near]
    groups = [near[(among >= low[match]) & (among <= high[match])] for match in tied]
    images = np.unique(np.concatenate(groups))
    values = exact(images)
    for match, group in zip(tied, groups, strict=True):
        value, image = values[np.searchsorted(images, matches[match])], matches[match]
        those = values[np.searchsorted(images, group)]
        ranks[match] += np.count_nonzero((those < value) | ((those == value) & (group < image)))
    return ranks


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
