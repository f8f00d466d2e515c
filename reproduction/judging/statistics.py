"""The statistics of a cell: the mean of its runs, their spread, and two intervals.

A paper prints one number and seldom its spread. We have n runs, one a seed. Their standard
deviation is pooled over the models of a table's dataset and metric: a few seeds of one model
tell little about spread, a few seeds of ten models tell enough.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

ALPHA = 0.05
"""Of each one-sided test, so that the interval of a mean has 90 %; and of the prediction
interval, so that it has 95 %."""


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
        interval: 90 % t-interval of the mean; None without a pooled deviation or for one run.
        prediction_interval: where one more run falls in 95 % of cases; the paper's number is
            one run. None without a pooled deviation. One run has it where other models lend
            their spread.
    """

    mean: float
    sd: float | None
    interval: tuple[float, float] | None
    prediction_interval: tuple[float, float] | None


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


def half_width(sd: float, runs: int, dof: int, level: float = ALPHA) -> float:
    """Half of the t-interval of a mean of `runs` runs. Arrays are taken elementwise.

    Args:
        level: how often the mean lies beyond an end, for each end.
    """
    return scipy.stats.t.ppf(1 - level, dof) * sd / np.sqrt(runs)


def statistics(values: Sequence[float], pooled: Pool | None) -> Statistics:
    """The statistics of one cell's runs; at least one."""
    mean, runs = float(np.mean(values)), len(values)
    sd = float(np.std(values, ddof=1)) if runs > 1 else None
    if pooled is None:
        return Statistics(mean, sd, None, None)
    # A further run varies by itself besides the mean's uncertainty: s² + s²/n.
    ahead = float(half_width(pooled.sd, runs, pooled.dof, ALPHA / 2)) * math.sqrt(runs + 1)
    half = float(half_width(pooled.sd, runs, pooled.dof))
    return Statistics(
        mean=mean,
        sd=sd,
        interval=(mean - half, mean + half) if runs > 1 else None,
        prediction_interval=(mean - ahead, mean + ahead),
    )
