"""Is a reported number reproduced? The statistics of a cell, and the rule.

A paper prints one number and seldom its spread. We have n runs, one a seed, and ask
whether their mean lies within a tolerance e of it. The answer is a 95 % t-interval of
the mean against the band reported ± e. Its standard deviation is pooled over the models
of a table's dataset and metric: a few seeds of one model tell little about spread, a few
seeds of ten models tell enough. docs/reading-a-table.md explains it to readers.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
MOST_SEEDS = 20
"""Above so many more seeds the number is given as "more than"."""

_SLACK = 1e-9
"""Percentages are sums of binary fractions: 88.3 - 87.8 is to count as 0.5."""


@dataclass(frozen=True)
class Pool:
    """The spread that models share.

    Attributes:
        sd: pooled standard deviation, in the unit of the values.
        dof: its degrees of freedom, the sum of n - 1.
        models: how many models lent theirs.
    """

    sd: float
    dof: int
    models: int


@dataclass(frozen=True)
class Statistics:
    """The statistics of one cell's runs, in the unit of the values.

    Attributes:
        mean: of the runs.
        sd: of this cell's own runs; None for a single one.
        interval: 95 % t-interval of the mean; None without a pooled deviation or for one run.
        prediction_interval: where one more run falls in 95 % of cases. The paper's number
            is one run.
    """

    mean: float
    sd: float | None
    interval: tuple[float, float] | None
    prediction_interval: tuple[float, float] | None


@dataclass(frozen=True)
class Verdict:
    """A word for the table and a sentence that gives its reason.

    Attributes:
        word: `match`, `better`, `worse`, `inconclusive`, `single run` or `not run`.
        detail: the reason.
        leaning: of a single run, `within`, `better` or `worse`; else None.
        more_seeds: of an inconclusive cell, about how many more would decide; None if
            more than :data:`MOST_SEEDS`.
    """

    word: str
    detail: str
    leaning: str | None = None
    more_seeds: int | None = None


def pool(samples: Iterable[Sequence[float]]) -> Pool | None:
    """Pool the variances of models with two runs and more; None if there is none.

    Args:
        samples: the runs' values, one sequence a model.
    """
    repeated = [values for values in samples if len(values) >= 2]
    if not repeated:
        return None
    dof = sum(len(values) - 1 for values in repeated)
    squares = sum((len(values) - 1) * float(np.var(values, ddof=1)) for values in repeated)
    return Pool(math.sqrt(squares / dof), dof, len(repeated))


def half_width(sd: float, runs: int, dof: int) -> float:
    """Half of the t-interval of a mean of `runs` runs. Arrays are taken elementwise."""
    return stats.t.ppf((1 + CONFIDENCE) / 2, dof) * sd / np.sqrt(runs)


def statistics(values: Sequence[float], pooled: Pool | None) -> Statistics:
    """The statistics of one cell's runs; at least one."""
    mean, runs = float(np.mean(values)), len(values)
    if runs == 1 or pooled is None:
        return Statistics(mean, None, None, None)
    half = float(half_width(pooled.sd, runs, pooled.dof))
    # A further run varies by itself besides the mean's uncertainty: s² + s²/n.
    ahead = half * math.sqrt(runs + 1)
    return Statistics(
        mean=mean,
        sd=float(np.std(values, ddof=1)),
        interval=(mean - half, mean + half),
        prediction_interval=(mean - ahead, mean + ahead),
    )


def decide(
    values: Sequence[float],
    reported: float,
    tolerance: float,
    pooled: Pool | None,
    better: str = "higher",
) -> Verdict:
    """The verdict on one cell.

    Args:
        values: the runs' values, none to many.
        reported: the paper's, in the same unit.
        tolerance: e, in the same unit.
        pooled: from :func:`pool`, over this cell's model among others.
        better: `higher` or `lower`, which values of the metric are good.
    """
    if not values:
        return Verdict("not run", "no run")
    result = statistics(values, pooled)
    if result.interval is None:
        return _single(result.mean, reported, tolerance, better)
    low, high = result.interval
    least, most = reported - tolerance, reported + tolerance
    stated = f"the 95 % interval of the mean of {len(values)} runs, {low:.2f} to {high:.2f}, "
    if least - _SLACK <= low and high <= most + _SLACK:
        return Verdict("match", f"{stated}lies within {tolerance:g} of the reported {reported:g}")
    if low > most or high < least:
        side = f"above {most:g}" if low > most else f"below {least:g}"
        return Verdict(_direction(result.mean - reported, better), f"{stated}lies wholly {side}")
    more = seeds_to_decide(result.mean - reported, tolerance, len(values), pooled)
    return Verdict(
        "inconclusive",
        f"{stated}reaches across an end of {least:g} to {most:g}; {_outlook(more)}",
        more_seeds=more,
    )


def seeds_to_decide(difference: float, tolerance: float, runs: int, pooled: Pool) -> int | None:
    """How many more seeds of every pooled model would decide, were mean and spread to stay.

    Returns:
        The number, or None if :data:`MOST_SEEDS` would not do.
    """
    room = abs(tolerance - abs(difference))
    more = np.arange(1, MOST_SEEDS + 1)
    enough = half_width(pooled.sd, runs + more, pooled.dof + more * pooled.models) <= room
    return int(more[enough.argmax()]) if enough.any() else None


def _single(value: float, reported: float, tolerance: float, better: str) -> Verdict:
    difference = value - reported
    if abs(difference) <= tolerance + _SLACK:
        where = f"within {tolerance:g} of the reported {reported:g}"
        return Verdict("single run", f"one run, {where}", "within")
    leaning = _direction(difference, better)
    side = "above" if difference > 0 else "below"
    where = f"{abs(difference):.2f} {side} the reported {reported:g}"
    return Verdict("single run", f"one run, {leaning}: {where}", leaning)


def _direction(difference: float, better: str) -> str:
    return "better" if (difference > 0) == (better == "higher") else "worse"


def _outlook(more: int | None) -> str:
    if more is None:
        return f"more than {MOST_SEEDS} more seeds would be needed"
    return f"about {more} more seed{'s' * (more > 1)} would decide"
