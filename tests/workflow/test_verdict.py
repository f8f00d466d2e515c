"""The verdict against quantiles typed from a t-table, arithmetic by hand, and simulation."""

import math

import numpy as np
import pytest

from reproduction.judging.statistics import (
    Pool,
    decide,
    half_width,
    pool,
    seeds_to_decide,
    statistics,
)

# Two-sided 95 %, from a printed table.
T_975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 6: 2.447, 9: 2.262, 12: 2.179, 24: 2.064}


def naive_sd(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


@pytest.mark.parametrize("dof", T_975)
@pytest.mark.parametrize("runs", [2, 5])
def test_half_width_follows_the_printed_quantiles(dof, runs):
    assert half_width(0.3, runs, dof) == pytest.approx(T_975[dof] * 0.3 / math.sqrt(runs), rel=2e-4)


@pytest.mark.parametrize(("runs", "mean", "ahead"), [(3, 0.75, 1.49), (5, 0.37, 0.91)])
def test_intervals_of_a_lone_model_with_deviation_0_3(runs, mean, ahead):
    values = np.linspace(-1, 1, runs)
    values = 90 + values * 0.3 / naive_sd(values)
    result = statistics(values, pool([values]))
    assert result.sd == pytest.approx(0.3)
    assert result.interval[1] - 90 == pytest.approx(mean, abs=0.005)
    assert 90 - result.interval[0] == pytest.approx(mean, abs=0.005)
    assert result.prediction_interval[1] - 90 == pytest.approx(ahead, abs=0.005)


def test_variances_are_pooled_by_their_degrees_of_freedom():
    models = [[90.0, 90.4], [80.0, 80.1, 80.8, 80.3], [70.0]]
    result = pool(models)
    squares = 1 * naive_sd(models[0]) ** 2 + 3 * naive_sd(models[1]) ** 2
    assert result.sd == pytest.approx(math.sqrt(squares / 4))
    assert (result.dof, result.models) == (4, 2)


def test_single_runs_have_nothing_to_pool():
    assert pool([[90.0], [80.0], []]) is None


def test_own_deviation_is_shown_and_the_pooled_one_used():
    own, other = [90.0, 90.2], [80.0, 81.0, 82.0, 83.0]
    pooled = pool([own, other])
    result = statistics(own, pooled)
    half = T_975[4] * pooled.sd / math.sqrt(2)
    assert result.sd == pytest.approx(0.1 * math.sqrt(2))
    assert result.interval == pytest.approx((90.1 - half, 90.1 + half), abs=1e-3)


# A pool with 24 degrees of freedom and five runs: half width 2.064 * 0.3 / sqrt(5) = 0.277.
POOL = Pool(sd=0.3, dof=24, models=6)


@pytest.mark.parametrize(
    ("mean", "word"),
    [
        (90.0, "match"),
        (90.22, "match"),
        (89.78, "match"),
        (90.23, "inconclusive"),
        (90.5, "inconclusive"),
        (90.77, "inconclusive"),
        (90.78, "better"),
        (95.0, "better"),
        (89.77, "inconclusive"),
        (89.22, "worse"),
        (20.0, "worse"),
    ],
)
def test_the_rule(mean, word):
    assert decide([mean] * 5, 90.0, 0.5, POOL).word == word


def test_where_less_is_better_the_directions_change_and_a_match_does_not():
    assert decide([95.0] * 5, 90.0, 0.5, POOL, better="lower").word == "worse"
    assert decide([85.0] * 5, 90.0, 0.5, POOL, better="lower").word == "better"
    assert decide([90.0] * 5, 90.0, 0.5, POOL, better="lower").word == "match"


@pytest.mark.parametrize(
    ("value", "better", "leaning"),
    [
        (88.3, "higher", "within"),
        (87.3, "higher", "within"),
        (88.31, "higher", "better"),
        (87.29, "higher", "worse"),
        (88.31, "lower", "worse"),
        (87.8, "higher", "within"),
    ],
)
def test_a_single_run_is_never_a_match(value, better, leaning):
    result = decide([value], 87.8, 0.5, POOL, better)
    assert (result.word, result.leaning) == ("single run", leaning)
    assert result.detail.startswith("one run")
    assert "match" not in result.detail


def test_no_run_is_not_run():
    assert decide([], 90.0, 0.5, None).word == "not run"


def test_an_interval_on_the_very_bound_is_a_match():
    # 88.3 - 87.8 is 0.5 in decimal and a little less or more in binary.
    assert decide([88.3, 88.3], 87.8, 0.5, Pool(0.0, 1, 1)).word == "match"


def test_the_sentence_gives_the_arithmetic():
    result = decide([90.23] * 5, 90.0, 0.5, POOL)
    assert "89.95 to 90.51" in result.detail and "89.5 to 90.5" in result.detail
    assert "about 1 more seed would decide" in result.detail
    assert result.more_seeds == 1


@pytest.mark.parametrize("difference", [0.3, -0.3, 0.7])
def test_seeds_to_decide_is_the_first_number_that_does(difference):
    # Room is 0.2: 2 runs of 3 models have t(3) = 3.182, hence 0.675. With k more of each,
    # t(3 + 3k) * 0.3 / sqrt(2 + k) first falls to 0.2 at k = 8: 2.052 * 0.3 / sqrt(10) = 0.195,
    # after 2.064 * 0.3 / 3 = 0.206 at k = 7.
    assert seeds_to_decide(difference, 0.5, 2, Pool(0.3, 3, 3)) == 8


def test_a_mean_on_the_bound_is_never_decided():
    assert seeds_to_decide(0.5, 0.5, 5, POOL) is None
    assert "more than 20" in decide([90.5] * 5, 90.0, 0.5, POOL).detail


@pytest.mark.parametrize(
    ("seeds", "models", "share"),
    # Table II has ten models. Six and one show what pooling fewer costs.
    [(3, 10, 0.57), (5, 10, 0.91), (3, 6, 0.52), (5, 6, 0.89), (3, 1, 0.22), (5, 1, 0.64)],
)
def test_how_often_an_exact_reproduction_is_a_match(seeds, models, share):
    """Runs drawn around the reported value itself, s = 0.3, e = 0.5; pooled and alone."""
    runs = np.random.default_rng(0).normal(90.0, 0.3, size=(100_000, models, seeds))
    means, deviations = runs.mean(axis=2), runs.std(axis=2, ddof=1)
    pooled = np.sqrt((deviations**2).mean(axis=1))
    half = half_width(pooled, seeds, models * (seeds - 1))
    matches = np.abs(means[:, 0] - 90.0) + half <= 0.5
    assert matches.mean() == pytest.approx(share, abs=0.01)
    for trial in range(100):
        result = decide(runs[trial, 0].tolist(), 90.0, 0.5, pool(runs[trial]))
        assert (result.word == "match") == matches[trial]
