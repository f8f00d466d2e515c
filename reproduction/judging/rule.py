"""Is a reported number reproduced? The rule, which gives two answers a cell.

*Equivalent*: is the mean of our runs within a tolerance e of the number? Two one-sided t-tests
(TOST; Schuirmann 1987) at 5 % each, which ask whether the 90 % interval of the mean lies inside
reported ± e. Read the other way round the same test asks whether the interval lies wholly
outside. The decisions of a table are corrected together (:func:`corrected`).

*Compatible*: could the number be one more run of ours? It could if it lies in the 95 %
prediction interval, which is what a single printed number can be asked.

docs/reading-a-table.md explains it to readers, docs/error-rates.md how often it errs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from reproduction.judging.cells import MOST_SEEDS
from reproduction.judging.statistics import ALPHA, Pool, half_width, statistics

_SLACK = 1e-9
"""Percentages are sums of binary fractions: 88.3 - 87.8 is to count as 0.5."""


@dataclass(frozen=True)
class Tested:
    """The test behind a verdict.

    Attributes:
        p: of the decision that the mean is on the side of: that it lies within e where it
            does, that it lies beyond e where it does not.
        adjusted: the same, for all cells decided together; at most :data:`ALPHA` is decided.
        level: what `p` would have to reach for this cell to be decided besides those that are.
    """

    p: float
    adjusted: float
    level: float = ALPHA


@dataclass(frozen=True)
class Verdict:
    """A word for the table and a sentence that gives its reason.

    Attributes:
        word: `match`, `better`, `worse`, `inconclusive`, `single run` or `not run`.
        detail: the reason.
        leaning: of a single run, `within`, `better` or `worse`; else None.
        more_seeds: of an inconclusive cell, about how many more would decide; None if
            more than :data:`~reproduction.judging.cells.MOST_SEEDS`.
    """

    word: str
    detail: str
    leaning: str | None = None
    more_seeds: int | None = None


def p_value(
    values: Sequence[float], reported: float, tolerance: float, pooled: Pool | None
) -> float | None:
    """`p` of :class:`Tested`; None for one run, or without a pooled deviation."""
    if len(values) <= 1 or pooled is None:
        return None
    error = pooled.sd / math.sqrt(len(values))
    return float(nearer_p(float(np.mean(values)) - reported, tolerance, error, pooled.dof))


def nearer_p(difference: float, tolerance: float, error: float, dof: int) -> float:
    """The smaller p-value of "within e" and "beyond e", at most 1/2. Arrays: elementwise.

    Each is the other's null hypothesis, and so is its p-value the other's complement: the
    smaller one is that of the side which the mean is on. It is at most 5 % if and only if the
    90 % interval lies wholly on that side of the ends of reported ± e.

    Args:
        difference: mean minus reported.
        error: standard error of the mean.
    """
    room = np.abs(tolerance + _SLACK - np.abs(difference))
    return scipy.stats.t.sf(room / np.maximum(error, _SLACK**2), dof)


def corrected(p_values: Sequence[float]) -> list[Tested]:
    """All decisions of a table, so that at most 5 % of those made are expected to be false.

    Benjamini and Hochberg (1995) over a p-value a cell, the smaller of its two. That it is the
    smaller of two costs nothing: of "within e" and "beyond e" one is true, so that of twice as
    many hypotheses half hold, and the larger p-value, 1/2 or more, is never one of the decided.
    """
    if not p_values:
        return []
    adjusted = scipy.stats.false_discovery_control(p_values)
    decided = int((adjusted <= ALPHA).sum())
    level = ALPHA * min(decided + 1, len(p_values)) / len(p_values)
    return [Tested(p, float(q), level) for p, q in zip(p_values, adjusted, strict=True)]


def decide(
    values: Sequence[float],
    reported: float,
    tolerance: float,
    pooled: Pool | None,
    better: str | None = "higher",
    tested: Tested | None = None,
) -> Verdict:
    """The verdict on one cell.

    Args:
        values: the runs' values, none to many.
        reported: the paper's, in the same unit.
        tolerance: e, in the same unit.
        pooled: from :func:`reproduction.judging.statistics.pool`, over this cell's model among
            others.
        better: `higher` or `lower`, which values of the metric are good.
        tested: together with the table's other cells; None decides this cell alone.
    """
    if not values:
        return Verdict("not run", "no run")
    result = statistics(values, pooled)
    difference = result.mean - reported
    if result.interval is None:
        return _single(result.mean, reported, tolerance, better)
    tested = tested or corrected([p_value(values, reported, tolerance, pooled)])[0]
    low, high = result.interval
    least, most = reported - tolerance, reported + tolerance
    stated = f"the 90 % interval of the mean of {len(values)} runs, {low:.2f} to {high:.2f}, "
    inside = abs(difference) <= tolerance + _SLACK
    if inside:
        place = f"lies within {tolerance:g} of the reported {reported:g}"
    else:
        place = f"lies wholly {f'above {most:g}' if difference > 0 else f'below {least:g}'}"
    if tested.adjusted <= ALPHA:
        return Verdict("match" if inside else _direction(difference, better), stated + place)
    if tested.p > ALPHA:
        place = f"reaches across an end of {least:g} to {most:g}"
    else:
        place += (
            f", but among the table's other cells that may be chance (p {tested.p:.3f}, adjusted "
            f"{tested.adjusted:.3f})"
        )
    more = seeds_to_decide(difference, tolerance, len(values), pooled, tested.level)
    return Verdict("inconclusive", f"{stated}{place}; {_outlook(more)}", more_seeds=more)


def seeds_to_decide(
    difference: float, tolerance: float, runs: int, pooled: Pool, level: float = ALPHA
) -> int | None:
    """How many more seeds of every pooled model would decide, were mean and spread to stay.

    Args:
        level: of the decision.

    Returns:
        The number, or None if more than :data:`~reproduction.judging.cells.MOST_SEEDS` are needed.
    """
    room = abs(tolerance - abs(difference))
    more = np.arange(1, MOST_SEEDS + 1)
    enough = half_width(pooled.sd, runs + more, pooled.dof + more * pooled.models, level) <= room
    return int(more[enough.argmax()]) if enough.any() else None


def compatible(reported: float, interval: tuple[float, float] | None) -> bool | None:
    """Whether a reported number lies in a prediction interval; None without one."""
    if interval is None:
        return None
    low, high = interval
    return low - _SLACK <= reported <= high + _SLACK


def _single(value: float, reported: float, tolerance: float, better: str | None) -> Verdict:
    difference = value - reported
    if abs(difference) <= tolerance + _SLACK:
        where = f"within {tolerance:g} of the reported {reported:g}"
        return Verdict("single run", f"one run, {where}", "within")
    leaning = _direction(difference, better)
    side = "above" if difference > 0 else "below"
    where = f"{abs(difference):.2f} {side} the reported {reported:g}"
    return Verdict("single run", f"one run, {leaning}: {where}", leaning)


def _direction(difference: float, better: str | None) -> str:
    return "better" if (difference > 0) == (better == "higher") else "worse"


def _outlook(more: int | None) -> str:
    if more is None:
        return f"more than {MOST_SEEDS} more seeds would be needed"
    return f"about {more} more seed{'s' * (more > 1)} would decide"
