"""Distances in float64, for ranks that a product of the features as they are leaves open.

Both distances are the square of the Euclidean one, by cosine of features of length 1.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from apnet.evaluation.rounding import bound

_CONVERTED = 2**18
"""Numbers that are converted to float64 at once, at least."""

_COPIES = 4
"""So many times the numbers of a feature are kept for the distance of a pair."""

_RIGHT_ANGLE = 2
"""By cosine a feature of zeros is as far as one at a right angle."""


class ExactDistances:
    """Of some queries to the gallery by a product, of single pairs by differences."""

    def __init__(self, query: Tensor, gallery: Tensor, cosine: bool, first: Tensor | None) -> None:
        """Of q x d and g x d features, finite.

        Args:
            first: for each image of the gallery the first whose feature is equal, if one has.
        """
        self._query, self._gallery, self._cosine, self._first = query, gallery, cosine, first
        self._middle: Tensor | None = None
        self._numbers = _CONVERTED

    def allow(self, numbers: int) -> None:
        """Convert so many numbers to float64 at once, before anything is asked for."""
        self._numbers = max(_CONVERTED, numbers)

    def of(self, queries: np.ndarray, out: Tensor) -> Tensor:
        """Distances of these queries, less the query's own term, into rows x g float64.

        Returns:
            The margin of each query's distances. They are taken from the gallery's middle,
            which shortens what is multiplied and changes no distance.
        """
        if self._middle is None:
            self._find_middle()
        chosen = self._query[torch.from_numpy(queries).to(self._query.device)]
        chosen = self._wide(chosen) - self._middle
        own = chosen.square().sum(dim=1)
        for images, scale, squares, columns in zip(
            self._split(self._gallery),
            self._split(self._scale),
            self._split(self._squares),
            out.split(self._rows(), dim=1),
            strict=True,
        ):
            moved = self._scaled(images, scale).sub_(self._middle)
            torch.addmm(squares, chosen, moved.T, alpha=-2, out=columns)
            if self._cosine:
                columns[:, scale == 0] = _RIGHT_ANGLE - own[:, None]
        longest = self._squares.max().sqrt()
        size = longest * (2 * own.sqrt() + longest)
        return 2 * bound(chosen.shape[1], out.dtype) * size

    def _find_middle(self) -> None:
        """The mean of the gallery, of length 1 each by cosine, and how far each is from it."""
        parts = self._split(self._gallery)
        # One piece for all parts: one for each, aligned, would leave as many gaps in the heap.
        self._memory = torch.empty_like(parts[0], dtype=torch.float64)
        self._scale = self._memory.new_ones(len(self._gallery))
        self._squares = torch.empty_like(self._scale)
        self._middle = self._memory.new_zeros(self._memory.shape[1])
        for part, scale in zip(parts, self._split(self._scale), strict=True):
            if self._cosine:
                lengths = self._scaled(part, scale).norm(dim=1)
                scale.copy_(torch.where(lengths > 0, 1 / lengths, 0))
            self._middle += self._scaled(part, scale).sum(dim=0) / len(self._gallery)
        for part, scale, squares in zip(
            parts, self._split(self._scale), self._split(self._squares), strict=True
        ):
            squares.copy_(self._scaled(part, scale).sub_(self._middle).norm(dim=1).square())

    def _scaled(self, part: Tensor, scale: Tensor) -> Tensor:
        """Features in float64, valid until the next call."""
        return self._memory[: len(part)].copy_(part).mul_(scale[:, None])

    def among(self, queries: np.ndarray) -> Callable[[Tensor, Tensor], Tensor]:
        """Distances of some of these, by position, each to the image of the gallery beside it."""
        chosen = torch.from_numpy(queries).to(self._query.device)
        return lambda rows, images: self._pairs(chosen[rows], images)

    def _pairs(self, queries: Tensor, images: Tensor) -> Tensor:
        """Distances of pairs; equal features of the gallery have equal ones."""
        if self._first is None:
            return self._differences(queries, images)
        pairs = queries * len(self._gallery) + self._first[images]
        distinct, which = pairs.unique(return_inverse=True)
        queries, images = distinct // len(self._gallery), distinct % len(self._gallery)
        return self._differences(queries, images)[which]

    def _differences(self, queries: Tensor, images: Tensor) -> Tensor:
        found = self._gallery.new_empty(len(queries), dtype=torch.float64)
        rows = max(1, self._rows() // _COPIES)
        for some in zip(queries.split(rows), images.split(rows), found.split(rows), strict=True):
            features = self._wide(self._gallery[some[1]])
            squares = (features - self._wide(self._query[some[0]])).square_().sum(dim=1)
            if self._cosine:
                squares.masked_fill_(~features.any(dim=1), _RIGHT_ANGLE)
            some[2].copy_(squares)
        return found

    def _split(self, rows: Tensor) -> tuple[Tensor, ...]:
        return rows.split(self._rows())

    def _rows(self) -> int:
        return max(1, self._numbers // self._gallery.shape[1])

    def _wide(self, features: Tensor) -> Tensor:
        """As float64, by cosine of length 1; zeros stay zeros."""
        wide = features.double()
        return normalize(wide, eps=torch.finfo(wide.dtype).tiny) if self._cosine else wide
