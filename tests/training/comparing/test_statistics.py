"""Laws of the paired statistics."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from training.comparing.statistics import Interval, mean_and_error, paired, retained

ACCURACIES = st.lists(st.floats(0, 100), min_size=2, max_size=12)


@given(ACCURACIES)
def test_an_arm_does_not_differ_from_itself(values: list[float]) -> None:
    """The interval of equal pairs is the point zero."""
    assert paired(values, values) == Interval(0, 0, 0)


@given(ACCURACIES, st.floats(-50, 50))
def test_a_shift_of_one_arm_shifts_the_interval(values: list[float], shift: float) -> None:
    """By as much, and its width stays."""
    other = [50.0] * len(values)
    before, after = paired(other, values), paired(other, [value + shift for value in values])
    assert after == pytest.approx([bound + shift for bound in before], abs=1e-9)


@given(st.integers(0, 99), st.integers(2, 12))
def test_the_interval_is_that_of_the_paired_t_test(seed: int, pairs: int) -> None:
    """SciPy's own, as a reference."""
    before, after = np.random.default_rng(seed).normal(70, 3, size=(2, pairs))
    expected = stats.ttest_rel(after, before).confidence_interval(0.95)
    assert paired(list(before), list(after))[1:] == pytest.approx((expected.low, expected.high))


def test_pairs_that_move_together_are_told_apart() -> None:
    """A difference of one in every seed is sure, however far the seeds lie apart."""
    assert paired([10.0, 50.0, 90.0], [11.0, 51.0, 91.0]) == Interval(1, 1, 1)


def test_one_seed_has_no_interval() -> None:
    """Its mean stands, and its bounds are not numbers."""
    found = paired([1.0], [3.0])
    assert found.mean == 2
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_the_standard_error_is_scipy_s() -> None:
    """Of the sample's spread, with n - 1."""
    assert mean_and_error([1.0, 2.0, 6.0]) == pytest.approx((3.0, stats.sem([1.0, 2.0, 6.0])))


@given(st.floats(-2, 2), st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_a_fixed_share_of_every_gain_is_that_share(share: float, seed: int) -> None:
    """Where each seed keeps the same share there is nothing to be unsure of."""
    oracle = np.random.default_rng(seed).uniform(1, 5, size=8)
    assert retained(list(share * oracle), list(oracle)) == pytest.approx([share] * 3, abs=1e-9)


def test_the_share_is_of_mean_gains_and_repeats() -> None:
    """A ratio of means, which no seed with a small gain upsets; the same call gives the same bounds."""
    curated, oracle = [3.0, 2.0, 4.0, 3.5, 2.5], [4.0, 2.5, 4.0, 5.0, 3.5]
    found = retained(curated, oracle)
    assert found.mean == pytest.approx(15 / 19)
    assert found.low < found.mean < found.high
    assert found == retained(curated, oracle)


def test_the_interval_covers_the_true_share() -> None:
    """Of ten normal pairs about 95 times in 100; fewer than 90 in 120 trials would be no chance."""
    rng = np.random.default_rng(3)
    draws = rng.multivariate_normal([3.2, 4.0], [[1, 0.5], [0.5, 1]], size=(120, 10))
    held = [retained(list(draw[:, 0]), list(draw[:, 1])) for draw in draws]
    assert sum(found.low <= 0.8 <= found.high for found in held) >= 0.9 * len(held)


def test_no_gain_has_no_shares() -> None:
    """Where the oracle lost, a share of its gain means nothing."""
    assert all(math.isnan(value) for value in retained([1.0, 2.0], [-1.0, 0.5]))


@pytest.mark.parametrize("oracle", [[4.0, 3.0, 5.0, 4.5], [3.0, -2.0, 2.5, -1.5, 0.5, 1.0]])
def test_what_no_bootstrap_can_bound_has_no_bounds(oracle: list[float]) -> None:
    """Four pairs are too few, and a gain that may be none is no denominator; the mean is told all the same."""
    found = retained([gain / 2 for gain in oracle], oracle)
    assert found.mean == pytest.approx(0.5)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
