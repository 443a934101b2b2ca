"""Exact epochs, fresh draws, and no state."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.small import small_set
from training.config import Caps
from training.sampler import EpochSampler, by_class

CAPS = Caps(tail=3)


@settings(max_examples=30, deadline=None)
@given(batch_size=st.integers(1, 90), seed=st.integers(0, 99))
def test_batches_are_epochs_cut_up(batch_size: int, seed: int) -> None:
    """The row of batches is the row of epochs: nothing dropped, nothing twice."""
    sampler = EpochSampler(small_set(), CAPS, batch_size, seed)
    row = np.concatenate([sampler.batch(step) for step in range(60 // batch_size + 1)])
    epochs = np.concatenate([sampler.epoch(number) for number in range(len(row) // sampler.epoch_length + 1)])
    assert row.tolist() == epochs[: len(row)].tolist()


def test_an_epoch_holds_every_target_once_and_the_cap_of_each_auxiliary() -> None:
    """Targets are never capped."""
    data = small_set()
    drawn = EpochSampler(data, CAPS, 4, 0).epoch(0)
    assert sorted(drawn[drawn < 20]) == list(range(20))
    auxiliary = data.auxiliary.labels[drawn[drawn >= 20] - 20]
    assert np.bincount(auxiliary).tolist() == [3, 3]
    assert len(set(drawn.tolist())) == len(drawn)


def test_every_epoch_draws_anew() -> None:
    """Over a few epochs all the pictures of a capped class are seen."""
    sampler = EpochSampler(small_set(), CAPS, 4, 0)
    seen = {int(i) for number in range(20) for i in sampler.epoch(number)}
    assert seen == set(range(29))


def test_a_batch_does_not_depend_on_the_ones_before() -> None:
    """A sampler asked for step 9 alone gives what one that was asked for all gives."""
    one, all_of_them = (EpochSampler(small_set(), CAPS, 7, 5) for _ in range(2))
    assert one.batch(9).tolist() == [all_of_them.batch(step) for step in range(10)][9].tolist()


def test_seeds_differ() -> None:
    """Another seed is another order."""
    first, second = (EpochSampler(small_set(), CAPS, 29, seed).batch(0) for seed in (0, 1))
    assert first.tolist() != second.tolist()


@given(labels=st.lists(st.integers(0, 5), max_size=40))
def test_by_class_finds_the_places_of_every_label(labels: list[int]) -> None:
    """As a look through all labels for each class would, whether a class has any or none."""
    given_labels = np.array(labels, dtype=np.int64)
    found = by_class(given_labels, 6)
    assert [places.tolist() for places in found] == [np.flatnonzero(given_labels == one).tolist() for one in range(6)]


def test_no_classes_have_no_places() -> None:
    """As where the targets are trained alone."""
    assert by_class(np.array([], dtype=np.int64), 0) == []
