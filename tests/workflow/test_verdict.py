"""The verdict against quantiles typed from a t-table, arithmetic by hand, and simulation."""

import math

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from reproduction.judging.rule import compatible, corrected, decide, p_value, seeds_to_decide
from reproduction.judging.selection import best_of
from reproduction.judging.statistics import Pool, half_width, pool, statistics

# One-sided 95 % and 97.5 %, from a printed table.
T_95 = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 6: 1.943, 9: 1.833, 12: 1.782, 24: 1.711}
T_975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 6: 2.447, 9: 2.262, 12: 2.179, 24: 2.064}


def naive_sd(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


@pytest.mark.parametrize("dof", T_975)
@pytest.mark.parametrize("runs", [2, 5])
def test_half_width_follows_the_printed_quantiles(dof, runs):
    for level, table in ((0.05, T_95), (0.025, T_975)):
        by_hand = table[dof] * 0.3 / math.sqrt(runs)
        assert half_width(0.3, runs, dof, level) == pytest.approx(by_hand, rel=3e-4)


@pytest.mark.parametrize(("runs", "mean", "ahead"), [(3, 0.51, 1.49), (5, 0.29, 0.91)])
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
    half = T_95[4] * pooled.sd / math.sqrt(2)
    assert result.sd == pytest.approx(0.1 * math.sqrt(2))
    assert result.interval == pytest.approx((90.1 - half, 90.1 + half), abs=1e-3)


# A pool with 24 degrees of freedom and five runs: half width 1.711 * 0.3 / sqrt(5) = 0.2296.
POOL = Pool(sd=0.3, dof=24, models=6)


@pytest.mark.parametrize(
    ("mean", "word"),
    [
        (90.0, "match"),
        (90.27, "match"),
        (89.73, "match"),
        (90.28, "inconclusive"),
        (90.5, "inconclusive"),
        (90.72, "inconclusive"),
        (90.73, "better"),
        (95.0, "better"),
        (89.72, "inconclusive"),
        (89.27, "worse"),
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
    result = decide([90.28] * 5, 90.0, 0.5, POOL)
    assert "90.05 to 90.51" in result.detail and "89.5 to 90.5" in result.detail
    assert "about 1 more seed would decide" in result.detail
    assert result.more_seeds == 1


@pytest.mark.parametrize("difference", [0.3, -0.3, 0.7])
def test_seeds_to_decide_is_the_first_number_that_does(difference):
    # Room is 0.2. With k more of each, t(3 + 3k) * 0.3 / sqrt(2 + k) first falls to it at k = 5:
    # 1.734 * 0.3 / sqrt(7) = 0.197, after 1.753 * 0.3 / sqrt(6) = 0.215 at k = 4. At 2.5 % it
    # does at k = 8: 2.052 * 0.3 / sqrt(10) = 0.195, after 2.064 * 0.3 / 3 = 0.206 at k = 7.
    assert seeds_to_decide(difference, 0.5, 2, Pool(0.3, 3, 3)) == 5
    assert seeds_to_decide(difference, 0.5, 2, Pool(0.3, 3, 3), level=0.025) == 8


def test_a_mean_on_the_bound_is_never_decided():
    assert seeds_to_decide(0.5, 0.5, 5, POOL) is None
    assert "more than 20" in decide([90.5] * 5, 90.0, 0.5, POOL).detail


@pytest.mark.parametrize(
    ("seeds", "models", "share"),
    # Table II has ten models. Six and one show what pooling fewer costs.
    [(3, 10, 0.75), (5, 10, 0.96), (3, 6, 0.72), (5, 6, 0.96), (3, 1, 0.40), (5, 1, 0.84)],
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


def test_the_p_value_is_that_of_two_one_sided_tests():
    rng = np.random.default_rng(1)
    for _ in range(50):
        runs = rng.normal(90.4, 0.4, 4)
        alone = pool([runs])
        tost = DescrStatsW(runs).ttost_mean(89.5, 90.5)[0]
        assert p_value(runs, 90.0, 0.5, alone) == pytest.approx(min(tost, 1 - tost), rel=1e-6)


def test_a_table_is_corrected_as_statsmodels_does():
    p_values = np.random.default_rng(2).uniform(size=40) ** 3 / 2
    tested = corrected([*p_values])
    decided, adjusted, *_ = multipletests(p_values, 0.05, "fdr_bh")
    assert [item.adjusted for item in tested] == pytest.approx(adjusted)
    assert 0 < decided.sum() < 40


def test_the_level_of_an_open_cell_is_where_it_is_decided_besides_those_that_are():
    open_ = corrected([0.001, 0.01, 0.3, 0.4])[3]
    assert open_.level == pytest.approx(0.05 * 3 / 4)
    for factor, enough in ((0.999, True), (1.001, False)):
        p_values = [0.001, 0.01, 0.3, open_.level * factor]
        assert multipletests(p_values, 0.05, "fdr_bh")[0][3] == enough


def test_what_may_be_chance_among_many_cells_is_open():
    alone = decide([90.25] * 5, 90.0, 0.5, POOL)
    tested = corrected([p_value([90.25] * 5, 90.0, 0.5, POOL), *[0.4] * 9])[0]
    among = decide([90.25] * 5, 90.0, 0.5, POOL, tested=tested)
    assert (alone.word, among.word) == ("match", "inconclusive")
    assert "among the table's other cells that may be chance (p 0.037, adjusted 0.373)" in (
        among.detail
    )
    assert among.more_seeds > 1


def test_the_number_of_one_more_run_is_compatible():
    # 2.064 * 0.3 * sqrt(1 + 1/5) = 0.678 on either side of the mean, and 0.876 of a single run.
    for runs, reach in ((5, 0.678), (1, 0.876)):
        interval = statistics([90.0] * runs, POOL).prediction_interval
        assert compatible(90 + reach - 0.001, interval) and compatible(90 - reach + 0.001, interval)
        assert not compatible(90 + reach + 0.001, interval)
    assert compatible(90.0, statistics([90.0], None).prediction_interval) is None


@pytest.mark.parametrize(("short", "runs"), [(0.0, 3), (0.3, 3), (0.3, 1), (0.45, 2), (0.6, 5)])
def test_the_best_of_so_many_runs_reaches_the_number_in_half_of_the_cases(short, runs):
    """Worlds that our runs may come from, drawn; in each k more runs and their best."""
    known, rng = Pool(0.3, 20, 10), np.random.default_rng(3)
    found = best_of([90.0] * runs, 90.0 + short, known, "higher")
    assert best_of([90.0] * runs, 90.0 - short, known, "lower") == found
    sd = 0.3 * np.sqrt(20 / rng.chisquare(20, 20_000))
    mean = rng.normal(90.0, sd / math.sqrt(runs))
    more = rng.normal(mean[:, None], sd[:, None], (20_000, found))
    chances = [(more[:, :k].max(axis=1) >= 90.0 + short).mean() for k in (found - 1, found) if k]
    assert chances[-1] > 0.49 and all(chance < 0.51 for chance in chances[:-1])


def test_selection_that_explains_nothing_is_none():
    assert best_of([90.0] * 3, 91.5, POOL, "higher") is None
    assert best_of([90.0] * 3, 89.0, POOL, "higher") == 1
    assert best_of([90.0] * 3, 90.0, POOL, None) is None
    assert [best_of([90.0], at, Pool(0.0, 1, 1), "higher") for at in (90.0, 90.1)] == [1, None]
