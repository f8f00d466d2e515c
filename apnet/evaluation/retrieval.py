"""mAP and CMC by the single-query protocol of Market-1501, exact.

Of each query's gallery the images with its own identity and camera are left out. A
query without a true match after that is left out of both means and counted. Junk has
been removed by loaders and `apnet score`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from apnet.evaluation import counting
from apnet.evaluation.distances import DISTANCES, Distances
from apnet.evaluation.inputs import Features, Labels, codes, matrices
from apnet.evaluation.precision import full_precision
from apnet.evaluation.protocol import BYTES_EACH, Entries, Protocol
from apnet.evaluation.ranking import average_precision
from apnet.evaluation.sure_ranks import sure_ranks

_RANKS = 50
_CACHED = 512
"""Queries at a time on a CPU, however much memory there is: more would not fit its cache."""


@dataclass(frozen=True)
class RetrievalResult:
    """The result of an evaluation.

    Attributes:
        mAP: mean average precision over the valid queries, 0 to 1.
        cmc: float64; `cmc[k-1]` is the share of valid queries with a true match among
            the first k. At least 50 entries; beyond the gallery the last value is held.
        average_precision: float64 per query; NaN for a query without a true match.
        first_match_rank: int64 per query, from 1; 0 for a query without a true match.
    """

    mAP: float
    cmc: np.ndarray
    average_precision: np.ndarray
    first_match_rank: np.ndarray

    @property
    def valid_queries(self) -> int:
        """Queries with a true match."""
        return int(np.count_nonzero(self.first_match_rank))


def evaluate_retrieval(
    query_features: Features,
    gallery_features: Features,
    query_ids: Labels,
    gallery_ids: Labels,
    query_cameras: Labels,
    gallery_cameras: Labels,
    distance: str = "cosine",
    memory_mb: float = 512,
) -> RetrievalResult:
    """Rank the gallery for each query and score the ranking.

    Ties are resolved by the order of the gallery. Equal features of the gallery tie on
    every machine; two that differ may tie, or rank either way, where their distances
    differ in the last bits only, since matrix products differ there between machines.

    Args:
        query_features: q x d. The arithmetic is done on their device, in float64 if either
            side is or holds 32-bit whole numbers, in float32 otherwise.
        gallery_features: g x d, on the same device.
        query_ids: q identities, numbers or text.
        gallery_ids: g identities.
        query_cameras: q cameras, numbers or text.
        gallery_cameras: g cameras.
        distance: `cosine` or `euclidean`.
        memory_mb: MiB to use beside the features, of the device's memory where
            they are on one; what a single query needs is used in any case.

    Raises:
        ValueError: lengths, widths or devices that disagree, nothing to rank, features that
            are not finite (names the row), an unknown distance, or no query with a true match.
    """
    if distance not in DISTANCES:
        raise ValueError(f"unknown distance {distance!r}: choose one of {', '.join(DISTANCES)}")
    if memory_mb < 0:
        raise ValueError(f"memory_mb is 0 or more, not {memory_mb}")
    query, gallery = matrices(query_features, gallery_features)
    sizes = len(query), len(gallery)
    query_ids, gallery_ids = codes(query_ids, gallery_ids, sizes, "ids")
    query_cameras, gallery_cameras = codes(query_cameras, gallery_cameras, sizes, "cameras")
    protocol = Protocol(query_ids, gallery_ids, query_cameras, gallery_cameras)
    precision = np.full(len(query), np.nan)
    first = np.zeros(len(query), dtype=np.int64)
    with torch.no_grad(), full_precision():
        distances = Distances(query, gallery, distance)
        for queries, matches, ranks in _ranked(distances, protocol, int(memory_mb * 2**20)):
            precision[queries], first[queries] = average_precision(matches, ranks)
    return _result(precision, first, len(gallery))


def _ranked(
    distances: Distances, protocol: Protocol, memory: int
) -> Iterator[tuple[np.ndarray, Entries, np.ndarray]]:
    """Parts of the queries that have a true match: which, their matches, the ranks of these."""
    # Those with most matches first: counting them together needs that order.
    order = np.argsort(-protocol.matches, kind="stable")
    order = order[: np.count_nonzero(protocol.matches)]
    together = _count_together(distances.device)
    columns = counting.width(distances.gallery) if together else distances.gallery
    each = distances.bytes_each(columns) + BYTES_EACH * protocol.same_identity.max()
    if together:
        most = min(protocol.matches.max(), counting.MANY)
        each += counting.bytes_each(columns, most)
    rows = int(max(1, min(memory // each, len(order) if together else _CACHED)))
    distances.allocate(rows, columns)
    for start in range(0, len(order), rows):
        queries = order[start : start + rows]
        matches, left_out = protocol.entries(queries)
        part = distances.of(queries)
        part[left_out] = torch.inf
        few = bool(protocol.matches[queries[0]] <= counting.MANY)
        ranks = sure_ranks(distances, part, queries, matches, left_out, together and few)
        yield queries, matches, ranks


def _count_together(device: torch.device) -> bool:
    """Whether ranks are counted where the distances are: from elsewhere they are slow to fetch."""
    return device.type != "cpu"


def _result(precision: np.ndarray, first: np.ndarray, gallery: int) -> RetrievalResult:
    valid = first > 0
    if not valid.any():
        raise ValueError(
            "no query has a true match: no gallery image shows a query's identity from "
            "another camera"
        )
    length = max(_RANKS, gallery)
    hits = np.bincount(first[valid], minlength=length + 1)[1:]
    return RetrievalResult(
        mAP=float(precision[valid].mean()),
        cmc=np.cumsum(hits) / np.count_nonzero(valid),
        average_precision=precision,
        first_match_rank=first,
    )
