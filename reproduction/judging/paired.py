"""Does A beat B? Two models on the same queries, several seeds each.

The difference of their means is uncertain in two ways: other queries would have been drawn, and
other seeds. Both enter the interval, and each in the way that suits it.

- **Queries** are thousands, and their scores far from normal: most are equal for both models.
  They are resampled with replacement, always the same ones for both models.
- **Seeds** are three or five. Resampled as well, they would give too narrow an interval, since
  the bootstrap takes n for n - 1 and knows no t distribution: of three seeds, whose part is twice
  that of the queries, it holds the true difference in 90 % of cases instead of 95 %. So their
  part is drawn from the t distribution of the difference of two means, with the spread that a
  table's models share: 96 %.

The interval is BCa (Efron, "Better Bootstrap Confidence Intervals", 1987): its ends are
quantiles of these replicates, corrected for bias and skew. `tests/workflow/test_coverage.py`
measures how often it holds the true difference.

The permutation test asks whether the queries alone could have it so: if neither model were
better, each query's difference would as well have had the other sign. A win needs both, for the
test knows nothing of seeds, and an interval of few queries is only nearly right.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

CONFIDENCE = 0.95

FALSE_DISCOVERIES = 0.05
"""Of the differences of a table that count as won or lost, the share that may be so by chance."""

RESAMPLES, FLIPS = 4_999, 19_999
"""So many that a run with other random numbers would hardly move an end, or p below 0.001."""

_SEED = 20210101
"""Of the random numbers: the same numbers give the same answer."""

_AT_ONCE = 2**21
"""Random numbers in memory, which bounds it to some ten megabytes."""

_SLACK = 1e-9
"""Relative: sums of the same terms in another order are to count as equal."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A's scores minus B's on the queries that are valid for both.

    Attributes:
        differences: of the means over the seeds, float64 of length q, finite.
        error: standard error, from the seeds, of the difference of the means; same unit.
        dof: its degrees of freedom.
    """

    differences: np.ndarray
    error: float
    dof: int


@dataclass(frozen=True)
class Outcome:
    """What :func:`compare` finds.

    Attributes:
        mean: A minus B, over queries and seeds.
        interval: BCa, 95 %, over queries and seeds.
        p: of a two-sided sign-flip permutation over queries.
    """

    mean: float
    interval: tuple[float, float]
    p: float


def compare(samples: Sequence[Sample]) -> list[Outcome]:
    """The outcome of each sample, in the same order.

    Samples of one length share their random numbers, so that many cost little more than one;
    none depends on which others there are.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, sample in enumerate(samples):
        by_length[len(sample.differences)].append(index)
    outcomes: dict[int, Outcome] = {}
    for members in by_length.values():
        differences = np.stack([samples[index].differences for index in members])
        replicates, ps = _resampled(differences), _flipped(differences)
        for index, row, p in zip(members, replicates, ps, strict=True):
            mean = float(samples[index].differences.mean())
            outcomes[index] = Outcome(mean, _interval(samples[index], row), float(p))
    return [outcomes[index] for index in range(len(samples))]


def _resampled(differences: np.ndarray) -> np.ndarray:
    """Means (p x RESAMPLES) of rows (p x q) over queries drawn with replacement."""
    rng, queries = np.random.default_rng(_SEED), differences.shape[1]
    means = []
    for size in _chunks(RESAMPLES, queries):
        drawn = rng.integers(queries, size=(size, queries))
        places = drawn + queries * np.arange(size)[:, None]
        times = np.bincount(places.ravel(), minlength=size * queries).reshape(size, queries)
        means.append(differences @ times.T / queries)
    return np.hstack(means)


def _flipped(differences: np.ndarray) -> np.ndarray:
    """The p of each row (p x q): how often random signs give a sum at least as far from 0."""
    rng, queries = np.random.default_rng(_SEED), differences.shape[1]
    totals = differences.sum(1, keepdims=True)
    reached = np.abs(totals) - _SLACK * np.abs(differences).sum(1, keepdims=True)
    farther = np.zeros(len(differences), dtype=int)
    for size in _chunks(FLIPS, queries):
        bits = np.unpackbits(np.frombuffer(rng.bytes(size * -(-queries // 8)), np.uint8))
        kept = bits.reshape(size, -1)[:, :queries].astype(np.float64)
        sums = 2 * (differences @ kept.T) - totals
        farther += (np.abs(sums) >= reached).sum(1)
    return (farther + 1) / (FLIPS + 1)


def _chunks(times: int, queries: int) -> Iterator[int]:
    most = max(1, _AT_ONCE // queries)
    yield from (min(most, times - done) for done in range(0, times, most))


def _interval(sample: Sample, replicates: np.ndarray) -> tuple[float, float]:
    """BCa from the replicates over queries, to which it adds the part of the seeds."""
    mean = sample.differences.mean()
    if sample.error:
        rng = np.random.default_rng([_SEED, sample.dof])
        replicates = replicates + sample.error * rng.standard_t(sample.dof, RESAMPLES)
    below = (np.sum(replicates < mean) + np.sum(replicates <= mean)) / 2
    bias = scipy.stats.norm.ppf(np.clip(below, 1, RESAMPLES - 1) / RESAMPLES)
    ends = bias + scipy.stats.norm.ppf([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    ranks = scipy.stats.norm.cdf(bias + ends / (1 - _acceleration(sample) * ends))
    low, high = np.quantile(replicates, ranks)
    return float(low), float(high)


def _acceleration(sample: Sample) -> float:
    """Efron's a from the influence of each query; the seeds' part is symmetric, and has none."""
    influence = (sample.differences - sample.differences.mean()) / len(sample.differences)
    variance = (influence**2).sum() + sample.error**2
    return float((influence**3).sum() / (6 * variance**1.5)) if variance else 0.0
