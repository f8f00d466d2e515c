"""Ranks that the features decide, and not the rounding of their distances.

Where two distances are nearer than rounding allows to tell, they are made in float64: of few
pairs one by one, of a query with many to the whole gallery, and again one by one where even
that is not enough. Ordinary features leave few pairs open.
"""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from apnet.evaluation.counting import ranks_together
from apnet.evaluation.distances import Distances
from apnet.evaluation.protocol import Entries
from apnet.evaluation.ranking import Doubt, ranks_by_query

_PAIRS = 16
"""A pair's exact distance takes about as long as this many in a product."""


def sure_ranks(
    distances: Distances,
    part: Tensor,
    queries: np.ndarray,
    matches: Entries,
    left_out: Entries,
    together: bool,
    apart: Tensor | None = None,
) -> np.ndarray:
    """Ranks of some queries' true matches.

    Args:
        part: distances of these queries, infinite where left out; overwritten.
        queries: which, in the order that :mod:`apnet.evaluation.counting` needs.
        matches: true matches; of every query one at least.
        left_out: images that are left out.
        together: whether ranks are counted on the distances' device.
        apart: images, none of them a match, without which the others are ranked once more.

    Returns:
        1-based rank of each match, in the order of `matches`: a row among all images and, if
        some are apart, a row among the others.
    """
    ranking = partial(_together if together else _by_query, apart)
    margins = distances.margins(queries, part, matches)
    most = distances.gallery / _PAIRS
    ranks = ranking(part, matches, Doubt(margins, distances.exact.among(queries), most))
    rows = np.unique(matches.rows[(ranks == 0).any(axis=0)])
    wide = distances.wide() if len(rows) else part
    for start in range(0, len(rows), len(wide)):
        some = rows[start : start + len(wide)]
        own, which = _of(matches, some)
        out = wide[: len(some)]
        out[:, distances.gallery :] = torch.inf
        margins = distances.exact.of(queries[some], out[:, : distances.gallery])
        out[_of(left_out, some)[0]] = torch.inf
        ranks[:, which] = ranking(out, own, Doubt(margins, distances.exact.among(queries[some])))
    return ranks


def _by_query(apart: Tensor | None, part: Tensor, matches: Entries, doubt: Doubt) -> np.ndarray:
    """Ranks among all images, and among those that are not apart, without a change to `part`."""
    some = apart if apart is not None and len(apart) else None
    return np.atleast_2d(ranks_by_query(part, matches, doubt, some))


def _together(apart: Tensor | None, part: Tensor, matches: Entries, doubt: Doubt) -> np.ndarray:
    """The same, counted where the distances are."""
    found = [ranks_together(part, matches, doubt)]
    if apart is not None and len(apart):
        part.index_fill_(1, apart, torch.inf)
        found.append(ranks_together(part, matches, doubt))
    return np.stack(found)


def _of(entries: Entries, rows: np.ndarray) -> tuple[Entries, np.ndarray]:
    """Entries of some rows alone, and which they are."""
    which = np.flatnonzero(np.isin(entries.rows, rows))
    return Entries(np.searchsorted(rows, entries.rows[which]), entries.images[which]), which
