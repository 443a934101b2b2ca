"""Caps and priors as METHOD states them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.small import small_set
from training.config import Caps
from training.data import as_edges
from training.priors import cap, epoch_counts, log_prior, rarest_parent_counts, spread


@pytest.mark.parametrize(("anchor", "pictures"), [(1, 50), (20, 50), (21, 21), (100, 100), (101, 50), (5000, 50)])
def test_the_cap_follows_the_anchor_target(anchor: int, pictures: int) -> None:
    """METHOD: c > 100 -> 50, 20 < c <= 100 -> c, c <= 20 -> 50."""
    assert cap(anchor, Caps()) == pictures


def test_of_several_parents_the_rarest_counts() -> None:
    """Neighbor 0 belongs to classes of 12 and 6, neighbor 1 to classes of 6 and 2."""
    assert rarest_parent_counts(small_set()).tolist() == [6, 2]


def test_an_epoch_holds_all_targets_and_capped_auxiliaries() -> None:
    """What a class does not hold, it cannot bring."""
    data = small_set(train=(60, 30, 2), auxiliary=(80, 20))
    assert epoch_counts(data, Caps()).tolist() == [60, 30, 2, 30, 20]


def test_the_prior_is_over_all_classes() -> None:
    """It sums to one over targets and auxiliaries together."""
    prior = np.exp(log_prior(epoch_counts(small_set(), Caps())))
    assert prior.tolist() == pytest.approx(np.array([12, 6, 2, 5, 4]) / 29)


def test_a_class_without_pictures_has_no_prior() -> None:
    """The logarithm of zero is refused, not computed."""
    with pytest.raises(ValueError, match="class 1 has no picture"):
        log_prior(np.array([3, 0]))


def test_edges_are_a_set() -> None:
    """A neighbor that was named twice for a parent has one edge to it."""
    assert as_edges([(1, 0), (0, 0), (1, 0)]).tolist() == [[0, 0], [1, 0]]
    assert as_edges([]).shape == (0, 2)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(0, 200))
def test_a_volume_is_spread_evenly_and_used_up(held: list[int], volume: int) -> None:
    """It is met wherever it lies between one picture a class and all of them; no class gets two more than another."""
    counts = np.array(held)
    drawn = spread(counts, volume)
    assert drawn.sum() == min(max(volume, len(held)), counts.sum())
    assert (drawn >= 1).all()
    assert (drawn <= counts).all()
    assert drawn.max() - drawn[drawn < counts].min(initial=drawn.max()) <= 1


def test_classes_without_a_parent_share_the_orphans() -> None:
    """The others keep the cap of their rarest parent."""
    data = small_set(train=(60, 30, 2), auxiliary=(80, 20))
    data = replace(data, edges=data.edges[data.edges[:, 1] == 0], orphans=7)
    assert epoch_counts(data, Caps()).tolist() == [60, 30, 2, 30, 7]
    assert data.orphaned.tolist() == [False, True]
