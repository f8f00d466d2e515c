"""Of how many runs the best would print the paper's number: what selection could explain."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import scipy

from reproduction.judging.cells import MOST_RUNS
from reproduction.judging.statistics import Pool

_NODES = 64
"""Quantiles that stand for an unknown mean, and as many for an unknown deviation."""


def best_of(
    values: Sequence[float], printed: float, pooled: Pool, better: str | None
) -> int | None:
    """k*: the least k for which the best of k runs comes out as `printed` or better in half of
    all cases; None if :data:`~reproduction.judging.cells.MOST_RUNS` do not, or nothing is better.

    The k runs are such as ours: normal, of one unknown mean and deviation, of which we know as
    much as our n runs and the pooled deviation s with its dof tell (the usual predictive
    distribution, without a prior). One more run then has Student's t around our mean, with s √(1
    + 1/n); k of them share the unknown mean and deviation and are not independent. So the chance
    that all k fall short is Φ(z)^k averaged over what mean and deviation may be, where z is the
    distance from mean to `printed` in deviations. 1 says that every second run reaches it.

    Args:
        values: of our runs, at least one.
        printed: the least value that prints as the paper's number; where less is better, the
            largest.
        better: `higher`, `lower` or None.
    """
    if better is None:
        return None
    short = printed - float(np.mean(values))
    short = short if better == "higher" else -short
    if pooled.sd == 0:
        return 1 if short <= 0 else None
    quantiles = (np.arange(_NODES) + 0.5) / _NODES
    # The deviation is s √(dof/χ²) of its dof, the mean is normal around ours with it over √n.
    narrow = np.sqrt(scipy.stats.chi2.ppf(quantiles, pooled.dof) / pooled.dof)[:, None]
    z = short / pooled.sd * narrow + scipy.special.ndtri(quantiles) / np.sqrt(len(values))
    misses = scipy.special.log_ndtr(z)
    found = bisect_left(
        range(1, MOST_RUNS + 1), 0.5, key=lambda k: 1 - float(np.exp(k * misses).mean())
    )
    return found + 1 if found < MOST_RUNS else None
