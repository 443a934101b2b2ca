"""The laws of sharing names out."""

from itertools import pairwise

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.neighbors.allocation import Allocation, allocate

COUNTS = st.lists(st.integers(0, 10**6) | st.integers(0, 5), min_size=1, max_size=40)


@st.composite
def _rules(draw: st.DrawFn) -> Allocation:
    least, per_class, most = sorted(draw(st.tuples(*[st.integers(1, 3) | st.integers(1, 40)] * 3)))
    total = draw(st.none() | st.integers(1, 40) | st.integers(1, 2_000))
    scarcity = draw(st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 2))
    return Allocation(per_class=per_class, total=total, least=least, most=most, scarcity=scarcity)


RULES = _rules()


@settings(max_examples=300, deadline=None)
@given(COUNTS, RULES)
def test_shares_sum_to_the_total_within_the_bounds(counts: list[int], rule: Allocation) -> None:
    """As far as the bounds let them: to the total clipped to what they allow."""
    shares = allocate(counts, rule)
    wanted = rule.total if rule.total is not None else rule.per_class * len(counts)
    assert sum(shares) == min(max(wanted, rule.least * len(counts)), rule.most * len(counts))
    assert all(rule.least <= share <= rule.most for share in shares)


@settings(max_examples=300, deadline=None)
@given(COUNTS, RULES)
def test_a_rarer_class_never_gets_fewer(counts: list[int], rule: Allocation) -> None:
    """No class gets fewer names than one with more pictures, and of equal ones none gets two more."""
    by_rarity = sorted(zip(counts, allocate(counts, rule), strict=True))
    for (rarer, more), (commoner, fewer) in pairwise((held, share) for held, share in by_rarity if held > 0):
        assert more >= fewer if rarer < commoner else abs(more - fewer) <= 1


@settings(max_examples=200, deadline=None)
@given(COUNTS, RULES, st.floats(0, 2))
def test_more_scarcity_gives_more_to_the_rarest(counts: list[int], rule: Allocation, other: float) -> None:
    """And less to the most frequent, but for what rounding takes."""
    low, high = sorted([rule.scarcity, other])
    before = allocate(counts, rule.model_copy(update={"scarcity": low}))
    after = allocate(counts, rule.model_copy(update={"scarcity": high}))
    rarest, commonest = counts.index(min(counts)), counts.index(max(counts))
    assert after[rarest] >= before[rarest] - 1
    assert after[commonest] <= before[commonest] + 1


@settings(max_examples=100, deadline=None)
@given(COUNTS, RULES)
def test_shares_are_the_same_every_time(counts: list[int], rule: Allocation) -> None:
    """Nothing is drawn; and classes of different size keep their share in any order."""
    shares = allocate(counts, rule)
    assert allocate(counts, rule) == shares
    distinct = sorted(set(counts))
    held = dict(zip(distinct, allocate(distinct, rule), strict=True))
    if 0 in held and 1 in held:  # both count as one picture
        return
    assert dict(zip(reversed(distinct), allocate(distinct[::-1], rule), strict=True)) == held


def test_without_scarcity_all_get_the_same() -> None:
    """A power of nought forgets the counts."""
    assert allocate([1, 10, 1000], Allocation(per_class=8, scarcity=0)) == [8, 8, 8]


def test_what_is_left_goes_to_the_rarest() -> None:
    """Where shares are as large, and to the first of classes that are as rare."""
    assert allocate([100, 1, 10], Allocation(total=25, scarcity=0)) == [8, 9, 8]
    assert allocate([5, 5, 5], Allocation(total=26)) == [9, 9, 8]


def test_the_share_grows_with_the_root_of_scarcity() -> None:
    """Four times as rare is twice as many at the power of one half."""
    assert allocate([400, 100, 25], Allocation(total=28, least=1, per_class=8, most=32, scarcity=0.5)) == [4, 8, 16]


def test_a_class_without_pictures_counts_as_one_picture() -> None:
    """It is as rare as can be, and no division by nought."""
    assert allocate([0, 1, 100], Allocation()) == allocate([1, 1, 100], Allocation())
    assert allocate([], Allocation()) == []


@pytest.mark.parametrize(
    "bounds", [{"least": 9, "per_class": 8}, {"per_class": 40, "most": 32}, {"least": 5, "per_class": 4, "most": 3}]
)
def test_bounds_that_contradict_are_refused(bounds: dict[str, int]) -> None:
    """The least, the average and the most stand in their order."""
    with pytest.raises(pydantic.ValidationError, match="least <= per_class <= most"):
        Allocation(**bounds)
