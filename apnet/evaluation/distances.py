"""Distances of some queries at a time to the whole gallery, in the cheapest form that ranks.

Cosine: minus the inner product, over the length of the gallery's feature. Euclidean: the
square, less the query's own term. Neither changes an order.
"""

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.equal_rows import equal_rows
from apnet.evaluation.inputs import BadRow

DISTANCES = ("cosine", "euclidean")

_COPIED = 2**20
"""Numbers that are copied at once, where a copy is made: few enough for the memory allowed,
and many, as threads that are kept waiting for each other cost more than the work."""


class Distances:
    """A part of the distance matrix after another, in memory that is used again.

    Equal features of the gallery have equal distances, on every machine, which a matrix
    product alone does not promise.
    """

    def __init__(self, query: Tensor, gallery: Tensor, distance: str) -> None:
        """Of q x d and g x d features of one type, by one of :data:`DISTANCES`.

        Raises:
            ValueError: features that are not finite or beyond the range of their type, by row.
        """
        self._query, self._gallery, self._cosine = query, gallery, distance == "cosine"
        _lengths(query, "query")  # a check only: a query's length changes no order
        lengths = _lengths(gallery, "gallery")
        if self._cosine:
            # A feature of zeros is as far as one at a right angle.
            smallest = torch.finfo(gallery.dtype).tiny
            self._gallery_term = -lengths.clamp(min=smallest).reciprocal()
        else:
            self._gallery_term = _squares(gallery)
        self._repeats, self._first = (
            torch.from_numpy(rows).to(gallery.device) for rows in equal_rows(gallery)
        )
        self._memory, self._copies = torch.empty(0), torch.empty(0)

    @property
    def device(self) -> torch.device:
        """Where the features are."""
        return self._gallery.device

    @property
    def gallery(self) -> int:
        """How many images are in the gallery."""
        return len(self._gallery)

    @property
    def element(self) -> int:
        """Bytes of a distance."""
        return self._gallery.element_size()

    def bytes_each(self, columns: int) -> int:
        """Memory that a query more in a part takes."""
        return (columns + self._query.shape[1]) * self.element

    def allocate(self, rows: int, columns: int) -> None:
        """Allocate memory for parts of `rows` queries; columns beyond the gallery are infinite."""
        self._memory = self._gallery.new_full((rows, columns), torch.inf)
        repeats = len(self._repeats)
        self._copies = self._gallery.new_empty(min(rows, _rows(repeats)), repeats)

    def of(self, queries: np.ndarray) -> Tensor:
        """Distances of these queries: rows x columns, valid until the next call."""
        part = self._memory[: len(queries)]
        distances = part[:, : self.gallery]
        chosen = self._query[torch.from_numpy(queries).to(self._query.device)]
        torch.mm(chosen, self._gallery.T, out=distances)
        if self._cosine:
            distances.mul_(self._gallery_term)
        else:
            torch.add(self._gallery_term, distances, alpha=-2, out=distances)
        if len(self._repeats):
            for some in distances.split(len(self._copies)):
                copies = self._copies[: len(some)]
                torch.index_select(some, 1, self._first, out=copies)
                some.index_copy_(1, self._repeats, copies)
        return part


def _rows(columns: int) -> int:
    """Rows that are copied at once, by their length."""
    return max(1, _COPIED // max(1, columns))


def _lengths(features: Tensor, name: str) -> Tensor:
    """Length of each row, which also shows whether all of it can be computed with."""
    lengths = torch.linalg.vector_norm(features, dim=1)
    limits = torch.finfo(features.dtype)
    usual = (lengths >= (limits.tiny / limits.eps) ** 0.5) & (lengths <= limits.max**0.5 / 2)
    for part in (~usual).nonzero().squeeze(1).split(_rows(features.shape[1])):
        # Rows of nothing but zeros are none of these; NaN counts as not zero.
        wrong = part[features[part].any(dim=1)]
        if len(wrong):
            row = int(wrong[0])
            if features[row].isfinite().all():
                fault = "features are too large or too small"
                raise BadRow(name, fault, row, ": scale all of them")
            raise BadRow(name, "features are not finite", row)
    return lengths


def _squares(features: Tensor) -> Tensor:
    """Squared length of each row; of whole numbers exact, as the square of a length is not."""
    rows = _rows(features.shape[1])
    squares = features.new_empty(len(features))
    # One piece for all parts: one for each, aligned, would leave as many gaps in the heap.
    memory = torch.empty_like(features[:rows])
    for part, row_squares in zip(features.split(rows), squares.split(rows), strict=True):
        torch.sum(torch.square(part, out=memory[: len(part)]), dim=1, out=row_squares)
    return squares
