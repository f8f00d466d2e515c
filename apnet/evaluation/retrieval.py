"""mAP and CMC by the single-query protocol of Market-1501, exact.

Of each query's gallery the images with its own identity and camera are left out. A
query without a true match after that is left out of both means and counted. Junk is
not known here: loaders and `apnet score` remove it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from apnet.evaluation.ranking import average_precision, match_ranks

DISTANCES = ("cosine", "euclidean")
_RANKS = 50

Features = np.ndarray | Tensor
Labels = np.ndarray | Tensor | Sequence


@dataclass(frozen=True)
class RetrievalResult:
    """What an evaluation found.

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
    memory_mb: int = 512,
) -> RetrievalResult:
    """Rank the gallery for each query and score the ranking.

    Args:
        query_features: q x d, float32 or float64; the arithmetic has their precision and
            is done on their device.
        gallery_features: g x d.
        query_ids: q identities, numbers or strings.
        gallery_ids: g identities.
        query_cameras: q cameras.
        gallery_cameras: g cameras.
        distance: `cosine` or `euclidean`.
        memory_mb: about so much memory is used beside the features.

    Raises:
        ValueError: lengths or widths that disagree, nothing to rank, features that are
            not finite (names the row), an unknown distance, or no query with a true match.
    """
    query, gallery = _matrix(query_features, "query"), _matrix(gallery_features, "gallery")
    ids = _labels(query_ids, query, "query_ids"), _labels(gallery_ids, gallery, "gallery_ids")
    cameras = (
        _labels(query_cameras, query, "query_cameras"),
        _labels(gallery_cameras, gallery, "gallery_cameras"),
    )
    if query.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"query features have {query.shape[1]} columns, gallery features {gallery.shape[1]}"
        )
    if distance not in DISTANCES:
        raise ValueError(f"unknown distance {distance!r}: choose one of {', '.join(DISTANCES)}")
    own = _Own(ids[1])
    precision = np.full(len(query), np.nan)
    first = np.zeros(len(query), dtype=np.int64)
    rows = max(1, memory_mb * 2**20 // (3 * query.element_size() * len(gallery)))
    for start, distances in _distances(query, gallery, distance, rows):
        for offset, row in enumerate(distances):
            place = start + offset
            same = own.images(ids[0][place])
            seen = cameras[1][same] == cameras[0][place]
            if seen.all():
                continue
            row[same[seen]] = np.inf
            ranks = match_ranks(row, same[~seen])
            precision[place] = average_precision(ranks)
            first[place] = ranks[0]
    return _result(precision, first, len(gallery))


class _Own:
    """The gallery's images of each identity, found without a pass over the gallery."""

    def __init__(self, ids: np.ndarray) -> None:
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def images(self, identity: object) -> np.ndarray:
        """Indices of the identity's gallery images, ascending."""
        first = np.searchsorted(self._sorted, identity, side="left")
        last = np.searchsorted(self._sorted, identity, side="right")
        return self._order[first:last]


def _distances(
    query: Tensor, gallery: Tensor, distance: str, rows: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Chunks of the distance matrix, as (first row, rows x g array), cheapest monotone form.

    Cosine: minus the inner product of unit vectors. Euclidean: the square, less the part
    that is the query's alone; neither changes an order.
    """
    if distance == "cosine":
        query, gallery = F.normalize(query), F.normalize(gallery)
        offset = None
    else:
        offset = gallery.square().sum(dim=1)
        query, gallery = 2 * query, gallery
    for start in range(0, len(query), rows):
        found = -(query[start : start + rows] @ gallery.T)
        if offset is not None:
            found += offset
        yield start, found.cpu().numpy()


def _matrix(features: Features, name: str) -> Tensor:
    found = torch.as_tensor(features)
    if found.ndim != 2 or not len(found):
        raise ValueError(f"{name} features must be a matrix with at least one row")
    if found.dtype not in (torch.float32, torch.float64):
        found = found.float()
    finite = torch.isfinite(found).all(dim=1)
    if not finite.all():
        raise ValueError(f"{name} features are not finite in row {int((~finite).nonzero()[0])}")
    return found


def _labels(labels: Labels, features: Tensor, name: str) -> np.ndarray:
    found = np.asarray(labels.cpu() if isinstance(labels, Tensor) else labels)
    if found.shape != (len(features),):
        raise ValueError(f"{name} has shape {found.shape} beside {len(features)} features")
    return found


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
