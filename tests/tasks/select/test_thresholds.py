import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.select.config import OfTargets, Otsu
from tasks.select.thresholds import NO_BOUND, otsu, threshold

VALUES = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=30)


@given(st.lists(st.floats(0.6, 0.9), min_size=3, max_size=20), st.lists(st.floats(-0.3, 0.2), min_size=3, max_size=20))
def test_two_heaps_are_parted_between_them(high: list[float], low: list[float]) -> None:
    """Where nothing lies between two heaps, the cut does, and it explains most of the spread."""
    cut, share = otsu(np.array(high + low))
    assert max(low) <= cut <= min(high)
    assert share > 0.5


@given(VALUES, st.randoms(use_true_random=False))
def test_the_cut_knows_no_order_and_moves_with_the_values(values: list[float], rng: object) -> None:
    """Permuted values have the same cut; values twice as far apart have one twice as far, and the same share."""
    given_, mixed = np.array(values), np.array(sorted(values))
    cut, share = otsu(given_)
    assert otsu(mixed) == (cut, share)
    assert 0 <= share <= 1 + 1e-9
    if share > 0:
        assert otsu(2 * given_) == pytest.approx((2 * cut, share), rel=1e-6)


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_what_is_no_two_heaps_is_not_parted(values: list[float]) -> None:
    """Nothing, one value or equal ones give no bound, so nothing is dropped."""
    assert otsu(np.array(values)) == (NO_BOUND, 0.0)
    assert threshold(Otsu(otsu=0.5), np.zeros(0), np.array(values)) == NO_BOUND


def test_a_rule_finds_its_number() -> None:
    """A fixed bound stays; a quantile is the target set's; two heaps are the category's own, where they are two."""
    of_targets, heaps = np.linspace(0, 1, 101), np.array([0.1, 0.12, 0.14, 0.8, 0.82, 0.84])
    assert threshold(0.4, of_targets, heaps) == 0.4
    assert threshold(OfTargets(target_quantile=0.25), of_targets, heaps) == pytest.approx(0.25)
    assert threshold(OfTargets(target_quantile=0.25), np.zeros(0), heaps) == NO_BOUND
    assert threshold(Otsu(otsu=0.75), of_targets, heaps) == pytest.approx(0.47)
    assert threshold(Otsu(otsu=0.75), of_targets, np.random.default_rng(0).normal(0.5, 0.1, 200)) == NO_BOUND
