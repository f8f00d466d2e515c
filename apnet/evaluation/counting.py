"""Ranks of true matches on the device that has the distances, of all queries together.

A search gives each distance its place among the query's matches, from the nearest on. Images
too near a match to be told from it are few: they are picked out, and put in order by exact
distances. All others are counted: those nearer than the k-th matches of all queries take one
pass, 3 bytes of traffic for each: a place is read, a flag is written and read. Queries without
a k-th match take no part, so an evaluation takes as many passes as a query has matches on
average, and no sorting; the host waits for a part of the queries a few times in all.

The same ranks as :mod:`apnet.evaluation.ranking`, to the last one.
"""

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.protocol import Entries
from apnet.evaluation.ranking import Doubt

STRETCH = 512
"""Images of the gallery whose flags are added up eight at a time, as bytes of one number:
at most 64 in a byte, so none overflows into the next."""

MANY = 1_024
"""Of more true matches a query's gallery is cheaper sorted than counted through."""

_BYTE = 127
"""Matches whose places fit a byte: two for each."""

_PARTS = 16
"""Into so many parts queries are divided for the search, whose places take four bytes."""

_NEAR = 128
"""Of every so many distances one may be near a match, to be put in order with the others."""


def ranks_together(distances: Tensor, matches: Entries, doubt: Doubt | None = None) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        distances: c x w, w a multiple of :data:`STRETCH`; infinite for images that are left
            out and beyond the gallery.
        matches: true matches; of every query one at least, and of none more than of those
            before it.
        doubt: nothing if not given; then distances that are equal are.

    Returns:
        1-based rank of each match, in the order of `matches`; zeros for a query that would
        take more exact distances than allowed.
    """
    counts = np.bincount(matches.rows)
    given = np.arange(counts[0]) < counts[:, None]
    images = np.zeros(given.shape, dtype=np.int64)
    images[given] = matches.images
    images = torch.from_numpy(images).to(distances.device)
    bounds, order = _bounds(distances, images, given, doubt)
    places = torch.empty_like(distances, dtype=torch.uint8 if counts[0] <= _BYTE else torch.int16)
    flags = torch.empty_like(distances, dtype=torch.bool)
    tensors = bounds, distances, places, flags
    for of_part in zip(*(each.split(-(-len(counts) // _PARTS)) for each in tensors), strict=True):
        found = torch.searchsorted(*of_part[:2], right=True, out_int32=True)
        of_part[2].copy_(found)
        of_part[3].copy_(found.bitwise_and_(1))
    near = _count(flags).cpu().numpy()
    allowed = near - counts <= (np.inf if doubt is None else doubt.most)
    flags &= torch.from_numpy(allowed).to(flags.device)[:, None]
    ahead = _ahead_of_near(distances, images, flags, near * allowed, near > counts, doubt, places)
    farther = torch.zeros_like(images)
    for k, queries in enumerate(np.count_nonzero(given, axis=0).tolist()):
        nearer = torch.le(places[:queries], 2 * k, out=flags[:queries])
        farther[:queries, k] = _count(nearer)
    ahead += torch.empty_like(ahead).scatter_(1, order, farther)
    return ((1 + ahead.cpu().numpy()) * allowed[:, None])[given]


def width(gallery: int) -> int:
    """Columns of the distances to a gallery of this size."""
    return -(-gallery // STRETCH) * STRETCH


def bytes_each(columns: int, most: int) -> int:
    """Memory beside the distances for each query of a part, if one has `most` matches."""
    # Places and flags; the search's own; images near a match with all that orders them; of
    # each stretch a sum, and its bytes as int64; of each match image, distance, bounds and rank.
    own = columns * (1 + (1 if most <= _BYTE else 2))
    return own + columns * 4 // _PARTS + columns * 96 // _NEAR + columns // STRETCH * 72 + 80 * most


def _bounds(
    distances: Tensor, images: Tensor, given: np.ndarray, doubt: Doubt | None
) -> tuple[Tensor, Tensor]:
    """Where what cannot be told from a match begins and ends, by distance.

    Returns:
        Of each query the begin and the end for one match after another, ascending, c x 2k: an
        odd number of them is at most the distance of an image near a match, and 2k of them at
        most that of one between the k-th nearest match and the next. And the order of the
        matches by distance.
    """
    own = distances.gather(1, images)
    own.masked_fill_(torch.from_numpy(~given).to(own.device), torch.inf)
    own, order = own.sort(dim=1)
    # A query with fewer matches has its farthest again, whose interval begins where it ends.
    own = own.minimum(own.where(own < torch.inf, -torch.inf).amax(dim=1, keepdim=True))
    margins = own.new_zeros(len(own)) if doubt is None else doubt.margins
    begins, ends = own - margins[:, None], own + margins[:, None]
    ends = ends.nextafter(ends.new_full((), torch.inf))
    begins[:, 1:] = begins[:, 1:].maximum(ends[:, :-1])
    return torch.stack([begins, ends], dim=2).flatten(1), order


def _ahead_of_near(
    distances: Tensor,
    images: Tensor,
    flags: Tensor,
    near: np.ndarray,
    unsure: np.ndarray,
    doubt: Doubt | None,
    places: Tensor,
) -> Tensor:
    """How many of the images near some match are ahead of each match.

    Args:
        flags: which images are near a match, themselves included.
        near: how many these are, of each query.
        unsure: queries with others than matches among them.
        places: of images near a match the last place is put here, so that none counts again.
    """
    columns, ahead = distances.shape[1], torch.zeros_like(images)
    unsure = torch.from_numpy(unsure).to(flags.device)
    parts = np.cumsum(near) // max(1, distances.numel() // _NEAR)
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(near)], strict=True):
        # Positions in the whole of the distances, ascending: by query and then by image.
        found = flags[start:stop].view(-1).nonzero().squeeze(1) + start * columns
        if not len(found):
            continue
        rows, values = found // columns, distances.view(-1)[found].double()
        if doubt is not None:
            some = unsure[rows].nonzero().squeeze(1)
            values[some] = doubt.exact(rows[some], found[some] % columns)
        order = values.argsort(stable=True)
        order = order[rows[order].argsort(stable=True)]
        ranks = torch.empty_like(order)
        ranks[order] = torch.arange(len(order), device=order.device)
        own = torch.arange(start, stop, device=rows.device)[:, None]
        which = torch.searchsorted(found, own * columns + images[start:stop])
        ahead[start:stop] = ranks[which.clamp_(max=len(found) - 1)] - torch.searchsorted(rows, own)
        places.view(-1)[found] = torch.iinfo(places.dtype).max
    return ahead


def _count(flags: Tensor) -> Tensor:
    """How many flags are set in each row."""
    sums = flags.view(len(flags), -1, STRETCH).view(torch.int64).sum(dim=2)
    return sums.view(torch.uint8).sum(dim=1)
