"""How often the interval of a difference holds the true one, and how often a win is false."""

import numpy as np
import pytest

from reproduction.judging.paired import FALSE_DISCOVERIES, Sample, compare

TRIALS = 1000


def trials(queries, seeds, part, shift=0.0):
    """Two models that differ by `shift` in truth.

    Most queries are equal for both, and the others have long tails.

    Args:
        part: standard deviation of a seed, in that of the difference by the queries.
    """
    rng = np.random.default_rng([queries, seeds, int(10 * part)])
    of_queries = np.sqrt(2 * 0.3 / queries)
    for _ in range(TRIALS):
        of_query = rng.standard_t(4, queries) * (rng.random(queries) < 0.3)
        a, b = (
            part * of_queries * rng.normal(size=(seeds, 1))
            + 0.5 * rng.normal(size=(seeds, queries))
            for _ in range(2)
        )
        a = a + of_query + shift
        variance = (a.mean(1).var(ddof=1) + b.mean(1).var(ddof=1)) / 2
        differences = a.mean(0) - b.mean(0)
        yield Sample(differences, np.sqrt(2 * variance / seeds), 2 * (seeds - 1))


@pytest.mark.slow
@pytest.mark.parametrize("part", [0, 0.5, 2])
@pytest.mark.parametrize("seeds", [3, 5])
def test_the_interval_holds_the_true_difference_in_95_of_100_cases(seeds, part):
    outcomes = compare([*trials(100, seeds, part)])
    held = np.mean([low <= 0 <= high for low, high in (outcome.interval for outcome in outcomes)])
    # Three standard errors of 1,000 trials; the noise that queries and seeds share counts twice.
    assert 0.95 - 0.021 <= held <= 0.98
    won = [
        outcome.p <= FALSE_DISCOVERIES and not outcome.interval[0] <= 0 <= outcome.interval[1]
        for outcome in outcomes
    ]
    assert np.mean(won) <= FALSE_DISCOVERIES + 0.01


@pytest.mark.slow
def test_the_permutation_alone_would_take_the_luck_of_a_seed_for_a_win():
    outcomes = compare([*trials(100, 3, 2)])
    assert np.mean([outcome.p <= FALSE_DISCOVERIES for outcome in outcomes]) > 0.2
