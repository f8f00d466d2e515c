"""mAP, CMC and mINP by the single-query protocol of Market-1501, exact.

Of each query's gallery the images with its own identity and camera are left out. A
query without a true match after that is left out of all means and counted. Junk has
been removed by loaders and `apnet score`. A gallery with distractors is ranked with
them, and from the same distances once more without them.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from apnet.data.labels import marks
from apnet.evaluation import counting
from apnet.evaluation.distances import DISTANCES, Distances
from apnet.evaluation.inputs import Features, Labels, codes, matrices, plain
from apnet.evaluation.precision import full_precision
from apnet.evaluation.protocol import BYTES_EACH, Entries, Protocol
from apnet.evaluation.ranking import average_precision, inverse_negative_penalty
from apnet.evaluation.result import CURVE, RetrievalResult
from apnet.evaluation.sure_ranks import sure_ranks

_CACHED = 512
"""Queries at a time on a CPU, however much memory there is: more would not fit its cache."""


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
    ids = codes(query_ids, gallery_ids, sizes, "ids")
    cameras = codes(query_cameras, gallery_cameras, sizes, "cameras")
    found = marks(plain(query_ids, "query_ids"), plain(gallery_ids, "gallery_ids"))
    apart = torch.from_numpy(np.flatnonzero(found.distractors)).to(gallery.device)
    whole, others = _Scores(*sizes), _Scores(len(query), len(gallery) - len(apart))
    with torch.no_grad(), full_precision():
        distances = Distances(query, gallery, distance)
        memory = int(memory_mb * 2**20)
        for queries, matches, ranks in _ranked(distances, Protocol(*ids, *cameras), memory, apart):
            for scores, of_gallery in zip((whole, others), ranks, strict=False):
                scores.add(queries, matches, of_gallery)
    return replace(whole.result(), without_distractors=others.result() if len(apart) else None)


def _ranked(
    distances: Distances, protocol: Protocol, memory: int, apart: Tensor
) -> Iterator[tuple[np.ndarray, Entries, np.ndarray]]:
    """Parts of the queries that have a true match: which, their matches, the ranks of these.

    Args:
        apart: images without which they are ranked once more.
    """
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
        ranks = sure_ranks(distances, part, queries, matches, left_out, together and few, apart)
        yield queries, matches, ranks


def _count_together(device: torch.device) -> bool:
    """Whether ranks are counted where the distances are: from elsewhere they are slow to fetch."""
    return device.type != "cpu"


class _Scores:
    """Scores of the queries in one gallery."""

    def __init__(self, queries: int, gallery: int) -> None:
        """Of so many queries in so many images."""
        self._precision, self._penalty = np.full((2, queries), np.nan)
        self._first = np.zeros(queries, dtype=np.int64)
        self._gallery = gallery

    def add(self, queries: np.ndarray, matches: Entries, ranks: np.ndarray) -> None:
        """Score some queries by the ranks of their matches."""
        self._precision[queries], self._first[queries] = average_precision(matches, ranks)
        self._penalty[queries] = inverse_negative_penalty(matches, ranks)

    def result(self) -> RetrievalResult:
        """The scores of all queries."""
        valid = self._first > 0
        if not valid.any():
            raise ValueError(
                "no query has a true match: no gallery image shows a query's identity from "
                "another camera"
            )
        hits = np.bincount(self._first[valid], minlength=max(CURVE, self._gallery) + 1)[1:]
        return RetrievalResult(
            mAP=float(self._precision[valid].mean()),
            cmc=np.cumsum(hits) / np.count_nonzero(valid),
            mINP=float(self._penalty[valid].mean()),
            average_precision=self._precision,
            first_match_rank=self._first,
            inverse_negative_penalty=self._penalty,
        )
