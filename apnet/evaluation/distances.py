"""Distances of some queries at a time to the whole gallery, in the cheapest form that ranks.

Cosine: minus the inner product, over the length of the gallery's feature. Euclidean: the
square, less the query's own term. Neither changes an order.
"""

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.equal_rows import equal_rows
from apnet.evaluation.exact_distances import ExactDistances
from apnet.evaluation.inputs import BadRow
from apnet.evaluation.protocol import Entries
from apnet.evaluation.rounding import Rounding

DISTANCES = ("cosine", "euclidean")

_COPIED = 2**20
"""Numbers that are copied at once, where a copy is made: few enough for the memory allowed,
and many, as threads that are kept waiting for each other cost more than the work."""


_CONVERTED = 16
"""To every so many distances one number of the features is converted to float64 at once."""


_MEASURED, _MEASURED_IMAGES = 32, 128
"""Of every so manieth query the distances to so many images are measured."""


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
        self._query_lengths = _lengths(query, "query")  # which change no order
        lengths = _lengths(gallery, "gallery")
        if self._cosine:
            # A feature of zeros is as far as one at a right angle.
            smallest = torch.finfo(gallery.dtype).tiny
            self._gallery_term = -lengths.clamp(min=smallest).reciprocal()
        else:
            self._gallery_term, self._longest = _squares(gallery), lengths.max()
        repeats, first = equal_rows(gallery)
        self._repeats, self._first = (
            torch.from_numpy(rows).to(gallery.device) for rows in (repeats, first)
        )
        distinct = None
        if len(repeats):
            distinct = torch.arange(len(gallery), device=gallery.device)
            distinct[self._repeats] = self._first
        self.exact = ExactDistances(query, gallery, self._cosine, distinct)
        self._rounding = Rounding(query.shape[1], query.dtype)
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
        converted = columns * torch.float64.itemsize // _CONVERTED
        return (columns + self._query.shape[1]) * self.element + converted

    def allocate(self, rows: int, columns: int) -> None:
        """Allocate memory for parts of `rows` queries; columns beyond the gallery are infinite."""
        self._memory = self._gallery.new_empty((rows, columns))
        self.exact.allow(rows * columns // _CONVERTED)
        repeats = len(self._repeats)
        self._copies = self._gallery.new_empty(min(rows, _rows(repeats)), repeats)

    def of(self, queries: np.ndarray) -> Tensor:
        """Distances of these queries: rows x columns, valid until the next call."""
        part = self._memory[: len(queries)]
        part[:, self.gallery :] = torch.inf
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

    def margins(self, queries: np.ndarray, distances: Tensor, matches: Entries) -> Tensor:
        """What a difference near a true match must exceed for its sign to be sure, by query.

        Args:
            distances: of :meth:`of`, of these queries; infinite where left out.
            matches: true matches of these; of every query one at least.
        """
        self._measure(queries, distances, matches)
        rows, images = (torch.from_numpy(part).to(distances.device) for part in matches)
        lengths = self._query_lengths[torch.from_numpy(queries).to(distances.device)]
        if self._cosine:
            return self._rounding.margin * lengths
        own = distances[rows, images]
        farthest = torch.full_like(lengths, -torch.inf).scatter_reduce(0, rows, own, "amax")
        # Nothing as near as that is longer.
        longest = lengths + (farthest + lengths.square()).clamp(min=0).sqrt()
        longest = longest.minimum(self._longest)
        return self._rounding.margin * longest * (2 * lengths + longest)

    def _measure(self, queries: np.ndarray, distances: Tensor, matches: Entries) -> None:
        """Measure the rounding of some distances, true matches among them."""
        rows = np.flatnonzero(queries % _MEASURED == 0)
        if not len(rows):
            return
        images = np.arange(0, self.gallery, -(-self.gallery // _MEASURED_IMAGES))
        near = matches.images[np.isin(matches.rows, rows)][:_MEASURED_IMAGES]
        images = torch.from_numpy(np.union1d(images, near)).to(distances.device)
        chosen = torch.from_numpy(queries[rows]).to(distances.device)
        query, gallery = self._query[chosen].double(), self._gallery[images].double()
        lengths, own = gallery.norm(dim=1), query.norm(dim=1, keepdim=True)
        exact = query @ gallery.T
        if self._cosine:
            exact, size = -exact / lengths, own
        else:
            exact, size = lengths.square() - 2 * exact, lengths * (2 * own + lengths)
        made = distances[torch.from_numpy(rows).to(distances.device)][:, images]
        self._rounding.measure(made, exact, size)

    def wide(self) -> Tensor:
        """The memory of a part, once it is ranked, for fewer queries in float64."""
        columns = self._memory.shape[1]
        rows = len(self._memory) * self.element // torch.float64.itemsize
        if not rows:
            return self._memory.new_empty((1, columns), dtype=torch.float64)
        numbers = rows * columns * torch.float64.itemsize // self.element
        return self._memory.flatten()[:numbers].view(torch.float64).view(rows, columns)


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
