"""A against B on the same queries: the interval and the test, against loops and SciPy."""

import numpy as np
import pytest
from scipy import stats

from reproduction.judging import paired
from reproduction.judging.paired import Sample, compare


def skewed(queries=200, shift=0.1):
    rng = np.random.default_rng(queries)
    return rng.lognormal(size=queries) - 1.65 + shift


def naive_interval(differences, error, dof, resamples=4000):
    """BCa as Efron writes it, a query and a draw at a time."""
    rng, size = np.random.default_rng(1), len(differences)
    means = []
    for _ in range(resamples):
        drawn = [differences[rng.integers(size)] for _ in range(size)]
        means.append(sum(drawn) / size + error * rng.standard_t(dof))
    mean = sum(differences) / size
    bias = stats.norm.ppf(sum(one < mean for one in means) / resamples)
    left_out = [(sum(differences) - one) / (size - 1) for one in differences]
    center = sum(left_out) / size
    cubes = sum(((size - 1) / size * (center - one)) ** 3 for one in left_out)
    squares = sum(((size - 1) / size * (center - one)) ** 2 for one in left_out) + error**2
    acceleration = cubes / (6 * squares**1.5)
    ends = []
    for z in (-1.959964, 1.959964):
        rank = stats.norm.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
        ends.append(sorted(means)[round(rank * (resamples - 1))])
    return ends


@pytest.mark.parametrize(("error", "dof"), [(0.0, 4), (0.3, 8)])
def test_the_interval_is_that_of_a_naive_loop(error, dof):
    differences = skewed(25)
    (outcome,) = compare([Sample(differences, error, dof)])
    width = outcome.interval[1] - outcome.interval[0]
    naive = naive_interval(differences, error, dof)
    np.testing.assert_allclose(outcome.interval, naive, atol=0.04 * width)


def test_without_spread_of_seeds_the_interval_is_that_of_scipy():
    differences = skewed(25)
    (outcome,) = compare([Sample(differences, 0.0, 4)])
    theirs = stats.bootstrap(
        (differences,), np.mean, rng=np.random.default_rng(0)
    ).confidence_interval
    low, high = outcome.interval
    np.testing.assert_allclose((low, high), theirs, atol=0.04 * (high - low))
    # It is longer on the side of the long tail.
    assert high - outcome.mean > 1.5 * (outcome.mean - low)


def test_with_little_noise_of_queries_the_interval_is_the_t_interval_of_two_means():
    noise = 1e-6 * skewed()
    (outcome,) = compare([Sample(0.5 + noise - noise.mean(), 0.1, 4)])
    half = stats.t.ppf(0.975, 4) * 0.1
    np.testing.assert_allclose(outcome.interval, (0.5 - half, 0.5 + half), atol=0.03)


def test_p_is_that_of_every_sign():
    differences = np.array([0.3, 0.5, -0.1, 0.8, 0.4, 0.2, 0.1, -0.2, 0.3, 0.6])
    bits = np.arange(2**10)[:, None] >> np.arange(10) & 1
    sums = ((2 * bits - 1) * differences).sum(1)
    exact = (np.abs(sums) >= abs(differences.sum()) - 1e-9).mean()
    (outcome,) = compare([Sample(differences, 0.0, 4)])
    assert outcome.p == pytest.approx(exact, abs=0.003)
    theirs = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert exact == pytest.approx(theirs.pvalue)


def test_what_is_the_same_is_not_told_apart():
    (outcome,) = compare([Sample(np.zeros(50), 0.0, 4)])
    assert (outcome.mean, outcome.interval, outcome.p) == (0.0, (0.0, 0.0), 1.0)


def test_a_difference_turned_round_comes_out_turned_round():
    there, back = compare([Sample(sign * skewed(), 0.1, 4) for sign in (1, -1)])
    assert (there.mean, there.p) == (-back.mean, back.p)
    np.testing.assert_allclose(there.interval, np.negative(back.interval)[::-1], atol=0.05)


def test_the_answer_is_the_same_each_time_and_beside_any_others(monkeypatch):
    one, other = Sample(skewed(), 0.1, 4), Sample(skewed(120), 0.1, 4)
    (alone,) = compare([one])
    assert compare([one]) == [alone]
    beside = compare([other, one, Sample(-skewed(), 0.2, 6)])[1]
    np.testing.assert_allclose(beside.interval, alone.interval, rtol=1e-12)
    assert beside.p == alone.p
    assert compare([]) == []
    monkeypatch.setattr(paired, "_AT_ONCE", 1000)
    (in_pieces,) = compare([one])
    assert in_pieces.p == pytest.approx(alone.p, abs=0.01)
    np.testing.assert_allclose(in_pieces.interval, alone.interval, atol=0.02)
