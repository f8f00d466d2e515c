"""Ranks of true matches, by counting what is nearer instead of sorting the gallery.

For a query only the images nearer than its farthest true match matter. With a model
worth evaluating those are few, so they are picked out in one pass over the distances
and only they are sorted.
"""

import numpy as np


def match_ranks(distances: np.ndarray, matches: np.ndarray) -> np.ndarray:
    """Ranks of one query's true matches in its gallery.

    Ties are resolved by the order of the gallery, the same on every machine; a match
    gains nothing from a tie, so features that are all equal do not score.

    Args:
        distances: of the query to each gallery image, infinite for those left out.
        matches: indices of its true matches, ascending.

    Returns:
        1-based ranks, ascending.
    """
    own = distances[matches]
    candidates = np.flatnonzero(distances <= own.max())
    near = distances[candidates]
    ordered = np.sort(near)
    first = np.searchsorted(ordered, own, side="left")
    tied = np.searchsorted(ordered, own, side="right") - first > 1
    ranks = first + 1
    for place in np.flatnonzero(tied):
        ranks[place] += np.count_nonzero(candidates[near == own[place]] < matches[place])
    return np.sort(ranks)


def average_precision(ranks: np.ndarray) -> float:
    """Mean over the true matches of k / rank of the k-th one; not interpolated."""
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))
