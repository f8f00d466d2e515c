"""Ranks of true matches on the device that has the distances, of all queries together.

A match's rank is one more than the images nearer than it, and those as near that come
earlier in the gallery. So the k-th matches of all queries take one pass over the
distances, 6 bytes of traffic for each in float32: 4 are read, a flag is written and read.
Queries without a k-th match take no part, so an evaluation takes as many passes as a query
has matches on average, and no copy, no sorting and no wait for the device within.

The same ranks as :mod:`apnet.evaluation.ranking`, to the last one.
"""

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.protocol import Entries

STRETCH = 512
"""Images of the gallery whose flags are added up eight at a time, as bytes of one number:
at most 64 in a byte, so none overflows into the next."""

MANY = 1_024
"""Of more true matches a query's gallery is cheaper sorted than counted through."""


def ranks_together(
    distances: Tensor, matches: Entries, margins: np.ndarray | None = None
) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        distances: c x w, w a multiple of :data:`STRETCH`; infinite for images that are left
            out and beyond the gallery.
        matches: true matches; of every query one at least, and of none more than of those
            before it.
        margins: what a difference must exceed to count, for each query; nothing if not given.

    Returns:
        1-based rank of each match, in the order of `matches`; where margins leave one open, 0
        for all of its query.
    """
    counts = np.bincount(matches.rows)
    given = np.arange(counts[0]) < counts[:, None]
    images = np.zeros(given.shape, dtype=np.int64)
    images[given] = matches.images
    images = torch.from_numpy(images).to(distances.device)
    of_match = distances.gather(1, images)
    stretches = distances.view(len(counts), -1, STRETCH)
    flags = torch.empty_like(stretches, dtype=torch.bool)
    given_for = np.count_nonzero(given, axis=0).tolist()

    def ahead_of(bounds: Tensor) -> np.ndarray:
        ahead = torch.zeros_like(images)
        for k, queries in enumerate(given_for):
            some = slice(0, queries)
            ahead[some, k] = _ahead(stretches[some], images[some, k], bounds[some, k], flags[some])
        return ahead.cpu().numpy()

    if margins is None:
        return 1 + ahead_of(of_match)[given]
    shift = torch.from_numpy(margins).to(distances)[:, None]
    first, last = ahead_of(of_match - shift), ahead_of(of_match + shift)
    # The match itself is one of those between.
    closed = ((last - first <= 1) | ~given).all(axis=1)
    return ((1 + first) * closed[:, None])[given]


def width(gallery: int) -> int:
    """Columns of the distances to a gallery of this size."""
    return -(-gallery // STRETCH) * STRETCH


def bytes_each(columns: int, element: int, most: int) -> int:
    """Memory beside the distances for each query of a part, if one has `most` matches."""
    stretches = columns // STRETCH
    # Flags; of each stretch a bound, a sum, and its bytes as int64; of the match's own
    # stretch a copy, flags and those as int64; image, distance and rank of each match.
    return columns + stretches * (2 * element + 72) + STRETCH * (element + 10) + 32 * most


def _ahead(stretches: Tensor, image: Tensor, distance: Tensor, flags: Tensor) -> Tensor:
    """How many images are ahead of one match of each query.

    Args:
        stretches: distances, n x s x STRETCH.
        image: the match's index in the gallery, n.
        distance: its distance, n.
        flags: memory to use, shaped as `stretches`.
    """
    stretch, index = (image // STRETCH)[:, None], (image % STRETCH)[:, None]
    distance = distance[:, None]
    # In earlier stretches a tie is ahead: at most this is less than the next number.
    earlier = torch.arange(stretches.shape[1], device=distance.device) < stretch
    bound = distance.where(~earlier, distance.nextafter(distance.new_full((), torch.inf)))
    torch.lt(stretches, bound[:, :, None], out=flags)
    sums = flags.view(torch.int64).sum(dim=2)
    within = stretches[torch.arange(len(distance), device=distance.device), stretch[:, 0]]
    tied = (within == distance) & (torch.arange(STRETCH, device=distance.device) < index)
    return sums.view(torch.uint8).sum(dim=1) + tied.sum(dim=1)
