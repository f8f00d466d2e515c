"""Ranks of true matches, a query after another, without sorting its gallery.

Ties are resolved by the order of the gallery, the same on every machine; a match gains
nothing from a tie, so features that are all equal do not score.

Only the images nearer than a query's farthest true match matter. With a model worth
evaluating those are few: they are picked out in one pass over the distances and only
they are sorted. Where they are many, nearer images are counted, a pass for each match.
A gallery without some of its images takes no other pass over the distances.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.protocol import Entries

_SORTING = 25
"""Sorting a number takes about as long as this many pairs of comparisons."""

_ASKED = 2**16
"""Exact distances are asked for of so many images and those of one query more at most."""


class Doubt(NamedTuple):
    """What distances leave open, and how it is decided.

    Attributes:
        margins: what a difference must exceed to count, for each query, in the distances' type
            and where they are.
        exact: exact distances of some queries, by their rows, each to an image beside it.
        most: distances of one query that are made so at most.
    """

    margins: Tensor
    exact: Callable[[Tensor, Tensor], Tensor]
    most: float = np.inf


class _Open(NamedTuple):
    """What a query's distances leave open.

    Attributes:
        row: which query.
        ranks: of its matches, ahead of all that cannot be told from them.
        matches: those of them that others cannot be told from, by position.
        low: of each of these what is certainly nearer is below this.
        images: what cannot be told from one of these, themselves included, ascending.
    """

    row: int
    ranks: np.ndarray
    matches: np.ndarray
    low: np.ndarray
    images: np.ndarray


def ranks_by_query(
    distances: Tensor, matches: Entries, doubt: Doubt | None = None, apart: Tensor | None = None
) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        distances: c x g or wider, infinite for images that are left out and beyond the gallery.
        matches: true matches; of every query one at least.
        doubt: nothing if not given; then distances that are equal are.
        apart: images, none of them a match, without which the others are ranked once more.

    Returns:
        1-based rank of each match, in the order of `matches`; zeros for a query that would
        take more exact distances than allowed. With images apart two rows of these: among all
        images, and among the others.
    """
    rows = distances.cpu().numpy()
    margins = np.zeros(len(rows)) if doubt is None else doubt.margins.cpu().numpy()
    most = np.inf if doubt is None else doubt.most
    own = np.split(matches.images, np.searchsorted(matches.rows, np.arange(1, len(rows))))
    others = None if apart is None else np.ones(rows.shape[1], dtype=bool)
    if apart is not None:
        others[apart.cpu().numpy()] = False
    found, waiting, asked = [], [], 0
    for row, images in enumerate(own):
        ranks = []
        for query in _galleries(row, rows[row], images, margins[row], others):
            ranked, open_query = _ranks(query, most)
            ranks.append(ranked)
            if open_query:
                waiting.append(open_query)
                asked += len(open_query.images)
        found.append(ranks)
        if waiting and (asked > _ASKED or row == len(rows) - 1):
            _close(waiting, rows, own, doubt)
            waiting, asked = [], 0
    galleries = [np.concatenate(ranks) for ranks in zip(*found, strict=True)]
    return galleries[0] if apart is None else np.stack(galleries)


class _Near(NamedTuple):
    """What decides the ranks of a query's matches in a gallery.

    Attributes:
        row: which query.
        low: of each match what is certainly nearer is below this, and what is certainly farther
            above `high`.
        images: all that are not certainly farther than every match, ascending.
        distances: of these.
        gallery: how many images there are.
    """

    row: int
    low: np.ndarray
    high: np.ndarray
    images: np.ndarray
    distances: np.ndarray
    gallery: int


def _galleries(
    row: int,
    distances: np.ndarray,
    matches: np.ndarray,
    margin: float,
    others: np.ndarray | None,
) -> Iterator[_Near]:
    """A query in its gallery and, if given, among these others alone.

    Args:
        distances: of the query to each gallery image, infinite for those left out.
        matches: indices of its true matches, ascending.
        margin: as in :class:`Doubt`, of this query.
        others: whether an image is one of them.
    """
    own = distances[matches]
    low, high = own - margin, own + margin
    (near,) = (distances <= high.max()).nonzero()
    among = distances[near]
    yield _Near(row, low, high, near, among, len(distances))
    if others is not None:
        kept = others[near]
        yield _Near(row, low, high, near[kept], among[kept], len(distances))


def _ranks(query: _Near, most: float) -> tuple[np.ndarray, _Open | None]:
    """Ranks of one query's true matches, which change where they are open; `most` as in Doubt."""
    _, low, high, images, distances, gallery = query
    if len(low) * gallery < _SORTING * len(images):
        first = np.array([np.count_nonzero(distances < bound) for bound in low])
        last = np.array([np.count_nonzero(distances <= bound) for bound in high])
    else:
        ordered = np.sort(distances)
        first = ordered.searchsorted(low, side="left")
        last = ordered.searchsorted(high, side="right")
    ranks = first + 1
    (tied,) = (last > ranks).nonzero()
    if not len(tied):
        return ranks, None
    if (last - first)[tied].sum() > most:
        return np.zeros_like(ranks), None
    open_images = np.zeros(len(images), dtype=bool)
    for match in tied:
        open_images |= (distances >= low[match]) & (distances <= high[match])
    return ranks, _Open(query.row, ranks, tied, low[tied], images[open_images])


def _close(
    waiting: list[_Open], rows: np.ndarray, matches: list[np.ndarray], doubt: Doubt | None
) -> None:
    """Put the right ranks into `waiting`, by exact distances or by those in `rows`."""
    counts = [len(query.images) for query in waiting]
    of_query = np.repeat([query.row for query in waiting], counts)
    images = np.concatenate([query.images for query in waiting])
    values = near = rows[of_query, images]
    if doubt is not None:
        values = doubt.exact(torch.from_numpy(of_query), torch.from_numpy(images)).cpu().numpy()
    ends = np.cumsum(counts)[:-1]
    for query, exact, those in zip(
        waiting, np.split(values, ends), np.split(near, ends), strict=True
    ):
        ahead = np.empty(len(exact), dtype=np.int64)
        ahead[np.argsort(exact, kind="stable")] = np.arange(len(exact))
        own = np.searchsorted(query.images, matches[query.row][query.matches])
        # Those certainly nearer than a match are ahead of it already.
        known = np.searchsorted(np.sort(those), query.low)
        query.ranks[query.matches] += ahead[own] - known


def average_precision(matches: Entries, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average precision of each query, and the rank of its first match.

    The mean over the true matches of k / rank of the k-th one; not interpolated. A query's
    is the same to the last bit whatever others are given beside it.

    Args:
        matches: true matches; of every query one at least.
        ranks: of each of them.
    """
    ranks = ranks[np.lexsort((ranks, matches.rows))]
    starts, counts = _runs(matches.rows)
    position = np.arange(1, len(ranks) + 1) - np.repeat(starts, counts)
    return np.add.reduceat(position / ranks, starts) / counts, ranks[starts]


def inverse_negative_penalty(matches: Entries, ranks: np.ndarray) -> np.ndarray:
    """Inverse negative penalty of each query: its true matches over the rank of the last.

    Its mean is mINP (Ye et al., Deep Learning for Person Re-identification, TPAMI 2021).

    Args:
        matches: true matches; of every query one at least.
        ranks: of each of them.
    """
    starts, counts = _runs(matches.rows)
    return counts / np.maximum.reduceat(ranks, starts)


def _runs(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each query's matches begin, and how many they are."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    return starts, np.diff(starts, append=len(rows))
