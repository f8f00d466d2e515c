"""The nearest gallery images of chosen queries, in the very order that an evaluation scores.

True matches and what is nearest by the distances as they are made are given their exact ranks, as
:mod:`apnet.evaluation.sure_ranks` decides them. Where these leave a rank of the list open,
as among many equal features, the whole gallery is given its ranks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.distances import Distances
from apnet.evaluation.inputs import codes, matrices
from apnet.evaluation.measure import DISTANCE
from apnet.evaluation.precision import full_precision
from apnet.evaluation.protocol import Entries, Protocol
from apnet.evaluation.sure_ranks import sure_ranks

_TOGETHER = 32
"""Queries at a time: a row of distances each is all that they take."""

_SPARE = 4
"""So many times the list's length are looked at first."""


@dataclass(frozen=True)
class RankedList:
    """What stands first for a query.

    Attributes:
        query: its position.
        nearest: positions of gallery images, the nearest first.
        right: of each of these, whether it is a true match.
        matches: ranks of all true matches, from 1, ascending.
        left_out: gallery images of its identity by its camera, which take no rank.
    """

    query: int
    nearest: np.ndarray
    right: np.ndarray
    matches: np.ndarray
    left_out: int


def ranked_lists(
    query_features: Tensor,
    gallery_features: Tensor,
    identities: Sequence[np.ndarray],
    cameras: Sequence[np.ndarray],
    chosen: np.ndarray,
    length: int,
) -> Iterator[RankedList]:
    """The lists of some queries, in their order.

    Args:
        query_features: q x d.
        gallery_features: g x d, on the same device.
        identities: of the queries, and of the gallery.
        cameras: likewise.
        chosen: positions of queries.
        length: of a list; shorter where the gallery is.

    Raises:
        ValueError: as :func:`apnet.evaluation.evaluate_retrieval`.
    """
    query, gallery = matrices(query_features, gallery_features)
    sizes = len(query), len(gallery)
    protocol = Protocol(*codes(*identities, sizes, "ids"), *codes(*cameras, sizes, "cameras"))
    with torch.no_grad(), full_precision():
        distances = Distances(query, gallery, DISTANCE)
        distances.allocate(min(_TOGETHER, len(chosen)), distances.gallery)
        for start in range(0, len(chosen), _TOGETHER):
            yield from _lists(distances, protocol, chosen[start : start + _TOGETHER], length)


def _lists(
    distances: Distances, protocol: Protocol, queries: np.ndarray, length: int
) -> Iterator[RankedList]:
    matches, left_out = protocol.entries(queries)
    wanted = np.minimum(length, protocol.ranked[queries])
    for depth in (_SPARE * length, distances.gallery):
        part = distances.of(queries)
        part[left_out] = torch.inf
        asked = _candidates(part, matches, depth)
        (ranks,) = sure_ranks(distances, part, queries, asked, left_out, together=False)
        listed = np.bincount(asked.rows[ranks <= length], minlength=len(queries))
        if (listed == wanted).all():
            break
    true = np.isin(_keys(asked, distances.gallery), _keys(matches, distances.gallery))
    for row, query in enumerate(queries):
        own = np.flatnonzero(asked.rows == row)
        own = own[np.argsort(ranks[own])]
        first = own[: wanted[row]]
        yield RankedList(
            int(query),
            asked.images[first],
            true[first],
            ranks[own[true[own]]],
            int(np.count_nonzero(left_out.rows == row)),
        )


def _candidates(part: Tensor, matches: Entries, depth: int) -> Entries:
    """True matches and the `depth` nearest images that are not left out, of each query."""
    gallery = part.shape[1]
    near = part.topk(min(depth, gallery), dim=1, largest=False)
    rows, places = (found.cpu().numpy() for found in near.values.isfinite().nonzero(as_tuple=True))
    images = near.indices.cpu().numpy()[rows, places]
    keys = np.union1d(_keys(Entries(rows, images), gallery), _keys(matches, gallery))
    return Entries(keys // gallery, keys % gallery)


def _keys(entries: Entries, gallery: int) -> np.ndarray:
    return entries.rows * gallery + entries.images
