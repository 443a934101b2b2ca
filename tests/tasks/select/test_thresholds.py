import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.select.config import OfTargets, Otsu
from tasks.select.thresholds import HEAPS_FROM, NO_BOUND, otsu, rule

VALUES = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=30)


@given(st.lists(st.floats(0.6, 0.9), min_size=3, max_size=20), st.lists(st.floats(-0.9, -0.6), min_size=3, max_size=20))
@example([0.625, 0.609375, 0.609375], [-0.6, -0.9, -0.9])
def test_two_heaps_are_parted_between_them(high: list[float], low: list[float]) -> None:
    """Where two heaps are narrow beside the gap between them, the cut lies in it and explains most of the spread."""
    cut, share = otsu(np.array(high + low))
    assert max(low) <= cut <= min(high)
    assert share > 0.5


@given(VALUES, st.integers(0, 1000))
def test_the_cut_knows_no_order_and_moves_with_the_values(values: list[float], seed: int) -> None:
    """Permuted values have the same cut; values twice as far apart have one twice as far, and the same share."""
    given_ = np.array(values)
    cut, share = otsu(given_)
    assert otsu(np.random.default_rng(seed).permutation(given_)) == (cut, share)
    assert 0 <= share <= 1 + 1e-9
    if share > 0:
        assert otsu(2 * given_) == pytest.approx((2 * cut, share), rel=1e-6)


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_what_is_no_two_heaps_is_not_parted(values: list[float]) -> None:
    """Nothing, one value or equal ones give no bound, so nothing is dropped."""
    assert otsu(np.array(values)) == (NO_BOUND, 0.0)


def test_a_rule_finds_its_number() -> None:
    """A fixed bound stays; a quantile is the target set's; two heaps are the category's own, where they are two."""
    of_targets, heaps = np.linspace(0, 1, 101), np.repeat([0.1, 0.12, 0.8, 0.82], HEAPS_FROM)
    assert rule(0.4, of_targets)(heaps) == 0.4
    assert rule(OfTargets(target_quantile=0.25), of_targets)(heaps) == pytest.approx(0.25)
    assert rule(OfTargets(target_quantile=0.25), np.zeros(0))(heaps) == NO_BOUND
    assert rule(Otsu(otsu=0.85), of_targets)(heaps) == pytest.approx(0.46)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8, HEAPS_FROM, 200])
def test_one_heap_is_not_cut(size: int) -> None:
    """Of a hundred categories of pictures that are alike hardly one is cut, however small; of few, none."""
    drawn = np.random.default_rng(size).normal(0.6, 0.1, (100, size))
    cuts = [rule(Otsu(otsu=0.85), np.zeros(0))(values) for values in drawn]
    assert sum(cut > NO_BOUND for cut in cuts) <= (1 if size >= HEAPS_FROM else 0)
