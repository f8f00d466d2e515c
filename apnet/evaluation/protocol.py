"""The single-query protocol: which gallery images are a query's true matches.

They have its identity and another camera. Those with its identity and camera are left
out of its gallery; all others are there, and wrong.
"""

from typing import NamedTuple

import numpy as np

BYTES_EACH = 64
"""Memory that an entry takes while entries are collected and scored: eight numbers."""


class Entries(NamedTuple):
    """Positions in some queries' rows of the gallery, by query and then by image.

    Attributes:
        rows: which of the queries, from 0, never falling.
        images: gallery images, ascending for each query.
    """

    rows: np.ndarray
    images: np.ndarray


class Protocol:
    """True matches and images left out, of any queries, without a pass over the gallery.

    Attributes:
        matches: true matches of each query.
        same_identity: gallery images of each query's identity, of any camera.
        ranked: gallery images that are not left out for each query.
    """

    def __init__(
        self,
        query_ids: np.ndarray,
        gallery_ids: np.ndarray,
        query_cameras: np.ndarray,
        gallery_cameras: np.ndarray,
    ) -> None:
        """Labels are whole numbers from 0."""
        self._order = np.argsort(gallery_ids, kind="stable")
        self._first, self.same_identity = _find(gallery_ids[self._order], query_ids)
        self._cameras = query_cameras, gallery_cameras
        cameras = 1 + max(query_cameras.max(), gallery_cameras.max())
        pairs = np.sort(gallery_ids * cameras + gallery_cameras)
        left_out = _find(pairs, query_ids * cameras + query_cameras)[1]
        self.matches = self.same_identity - left_out
        self.ranked = len(gallery_ids) - left_out

    def entries(self, queries: np.ndarray) -> tuple[Entries, Entries]:
        """True matches of these queries, and gallery images that are left out for them."""
        counts = self.same_identity[queries]
        rows = np.repeat(np.arange(len(queries)), counts)
        offsets = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        images = self._order[np.repeat(self._first[queries], counts) + offsets]
        query_cameras, gallery_cameras = self._cameras
        seen = gallery_cameras[images] == query_cameras[queries][rows]
        return Entries(rows[~seen], images[~seen]), Entries(rows[seen], images[seen])


def _find(ordered: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each wanted number begins in an ordered array, and how often it is there."""
    first = np.searchsorted(ordered, wanted, side="left")
    return first, np.searchsorted(ordered, wanted, side="right") - first
