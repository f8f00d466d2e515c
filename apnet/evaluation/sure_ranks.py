"""Ranks that the features decide, and not the rounding of their distances.

Where two distances are nearer than rounding allows to tell, they are made in float64: of a few
pairs one by one, of a query with many to the whole gallery, and again one by one where even
that is not enough. Ordinary features leave few pairs open.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.counting import ranks_together
from apnet.evaluation.distances import Distances
from apnet.evaluation.protocol import Entries
from apnet.evaluation.ranking import Doubt, ranks_by_query

_PAIRS = 16
"""A pair's exact distance takes about as long as this many in a product."""


_FETCHED = 16
"""Queries whose distances are fetched from their device at once."""


def sure_ranks(
    distances: Distances,
    part: Tensor,
    queries: np.ndarray,
    matches: Entries,
    left_out: Entries,
    together: bool,
) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        part: distances of these queries, infinite where left out; overwritten.
        queries: which, in the order that :mod:`apnet.evaluation.counting` needs.
        matches: true matches; of every query one at least.
        left_out: images that are left out.
        together: whether ranks are counted on the distances' device.

    Returns:
        1-based rank of each match, in the order of `matches`.
    """
    margins = distances.margins(queries, part, matches).cpu().numpy()
    if together:
        ranks = ranks_together(part, matches, margins)
    else:
        most = distances.gallery / _PAIRS
        ranks = ranks_by_query(part, matches, Doubt(margins, _pairs(distances, queries), most))
    rows = np.unique(matches.rows[ranks == 0])
    wide = distances.wide() if len(rows) else part
    for start in range(0, len(rows), len(wide)):
        some = rows[start : start + len(wide)]
        own, which = _of(matches, some)
        ranks[which] = _in_float64(
            distances, wide[: len(some)], queries[some], own, _of(left_out, some)[0], together
        )
    return ranks


def _in_float64(
    distances: Distances,
    out: Tensor,
    queries: np.ndarray,
    matches: Entries,
    left_out: Entries,
    together: bool,
) -> np.ndarray:
    """The same from distances in float64, which are put into `out`."""
    out[:, distances.gallery :] = torch.inf
    margins = distances.exact.of(queries, out[:, : distances.gallery]).cpu().numpy()
    out[left_out] = torch.inf
    if not together:
        return ranks_by_query(out, matches, Doubt(margins, _pairs(distances, queries)))
    ranks = ranks_together(out, matches, margins)
    rows = np.unique(matches.rows[ranks == 0])
    for start in range(0, len(rows), _FETCHED):
        some = rows[start : start + _FETCHED]
        own, which = _of(matches, some)
        doubt = Doubt(margins[some], _pairs(distances, queries[some]))
        ranks[which] = ranks_by_query(out[some], own, doubt)
    return ranks


def _pairs(distances: Distances, queries: np.ndarray) -> Callable[[int, np.ndarray], np.ndarray]:
    return lambda row, images: distances.exact.pairs(queries[row], images)


def _of(entries: Entries, rows: np.ndarray) -> tuple[Entries, np.ndarray]:
    """Entries of some rows alone, and which they are."""
    which = np.flatnonzero(np.isin(entries.rows, rows))
    return Entries(np.searchsorted(rows, entries.rows[which]), entries.images[which]), which
