"""What the rule keeps to, whatever the numbers: symmetry, scale, and one direction of change."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reproduction.judging.rule import compatible, corrected, decide, p_value
from reproduction.judging.selection import best_of
from reproduction.judging.statistics import ALPHA, Pool, statistics

MIRRORED = {"better": "worse", "worse": "better"}

points = st.floats(-3, 3)
samples = st.lists(points, min_size=1, max_size=6)
tolerances = st.floats(0.05, 2)
pools = st.builds(Pool, sd=st.floats(0.01, 1), dof=st.integers(1, 60), models=st.integers(1, 12))
shares = st.lists(st.floats(0, 0.5), min_size=1, max_size=40)
many = settings(max_examples=40, deadline=None)


def answers(values, reported, tolerance, pooled, better="higher"):
    """The verdict's word, its leaning, and the second answer."""
    verdict = decide(values, reported, tolerance, pooled, better)
    interval = statistics(values, pooled).prediction_interval
    return verdict.word, verdict.leaning, compatible(reported, interval)


def off_the_borders(values, reported, tolerance, pooled):
    """Leaves out what rounding may decide either way."""
    p = p_value(values, reported, tolerance, pooled)
    assume(p is None or abs(p - ALPHA) > 1e-6)
    difference = abs(math.fsum(values) / len(values) - reported)
    assume(abs(difference - tolerance) > 1e-6)
    low, high = statistics(values, pooled).prediction_interval
    assume(min(abs(low - reported), abs(high - reported)) > 1e-6)


@many
@given(samples, points, tolerances, pools)
def test_a_mirror_turns_better_to_worse_and_leaves_the_rest(values, reported, tolerance, pooled):
    off_the_borders(values, reported, tolerance, pooled)
    seen = answers([-value for value in values], -reported, tolerance, pooled)
    word, leaning, second = answers(values, reported, tolerance, pooled)
    assert seen == (MIRRORED.get(word, word), MIRRORED.get(leaning, leaning), second)
    # As does a metric of which less is good.
    assert answers(values, reported, tolerance, pooled, "lower") == seen


@many
@given(samples, points, tolerances, pools, st.floats(-50, 50), st.floats(0.1, 10))
def test_neither_a_shift_nor_another_unit_changes_an_answer(
    values, reported, tolerance, pooled, shift, unit
):
    off_the_borders(values, reported, tolerance, pooled)
    moved = [unit * value + shift for value in values]
    scaled = Pool(unit * pooled.sd, pooled.dof, pooled.models)
    told = moved, unit * reported + shift, unit * tolerance, scaled
    assert answers(*told) == answers(values, reported, tolerance, pooled)


@many
@given(samples, points, tolerances, pools, st.floats(1, 5))
def test_a_wider_tolerance_loses_no_match_and_makes_nothing_better_or_worse(
    values, reported, tolerance, pooled, factor
):
    narrow = decide(values, reported, tolerance, pooled).word
    wide = decide(values, reported, factor * tolerance, pooled).word
    assert wide == "match" if narrow == "match" else True
    assert narrow == wide if wide in MIRRORED else True


@many
@given(st.lists(points, min_size=2, max_size=6), points, tolerances, pools)
def test_the_p_value_decides_as_the_interval_does(values, reported, tolerance, pooled):
    off_the_borders(values, reported, tolerance, pooled)
    low, high = statistics(values, pooled).interval
    inside = reported - tolerance <= low and high <= reported + tolerance
    outside = low > reported + tolerance or high < reported - tolerance
    assert (p_value(values, reported, tolerance, pooled) <= ALPHA) == (inside or outside)


@many
@given(samples, points, pools, st.floats(0, 2))
def test_more_runs_are_needed_for_a_better_number(values, printed, pooled, more):
    """And one is enough up to the mean; nothing is decided by the unit."""
    here, there = (best_of(values, at, pooled, "higher") for at in (printed, printed + more))
    assert there is None or here <= there
    mean = statistics(values, pooled).mean
    assert best_of(values, mean - 1e-6, pooled, "higher") == 1
    doubled = Pool(2 * pooled.sd, pooled.dof, pooled.models)
    assert best_of([2 * value for value in values], 2 * printed, doubled, "higher") == here


@many
@given(shares)
def test_a_correction_decides_no_more_than_none(p_values):
    tested = corrected(p_values)
    assert all(item.adjusted >= item.p - 1e-12 for item in tested)
    # It keeps the order, so that no cell is decided before one that is surer.
    in_order = sorted(tested, key=lambda item: item.p)
    assert [item.adjusted for item in in_order] == sorted(item.adjusted for item in tested)
    decided = sum(item.adjusted <= ALPHA for item in tested)
    (level,) = {item.level for item in tested}
    assert level == pytest.approx(ALPHA * min(decided + 1, len(tested)) / len(tested))


@many
@given(shares, st.randoms())
def test_the_order_of_the_cells_is_nothing_to_a_correction(p_values, random):
    shuffled = random.sample(p_values, len(p_values))
    told = sorted(item.adjusted for item in corrected(shuffled))
    assert told == sorted(item.adjusted for item in corrected(p_values))
