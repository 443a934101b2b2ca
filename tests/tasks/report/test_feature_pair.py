"""Which two classes the feature map shows: a head and a tail that are confused most, the same ones every time."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import ClassAccuracy, Confused
from tasks.report.feature_files import Features
from tasks.report.feature_pair import choose, taken_for

COUNTS = {"many": 60, "medium": 15, "few": 3}


def row(label: int, group: str, name: str = "", train: int = 0) -> ClassAccuracy:
    """A class of the group, with two test pictures."""
    return ClassAccuracy("targets_only", label, name or f"class {label}", group, train or COUNTS[group], 1, 2)


def at(*angles: float) -> Features:
    """Two test pictures a class, both at its angle in degrees."""
    turned = np.radians(np.repeat(angles, 2))
    return Features(
        np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float16), np.repeat(np.arange(len(angles)), 2)
    )


def confused(label: int, other: int, pictures: int, arm: str = "targets_only") -> Confused:
    """So many pictures of one class that were taken for another."""
    return Confused(arm, label, "", other, "", pictures, shares_neighbor=False)


def names(classes: list[ClassAccuracy], counts: Counter[frozenset[int]], features: Features) -> tuple[str, str]:
    """The pair's names."""
    pair = choose(classes, counts, features)
    assert pair is not None
    return pair.head.name, pair.tail.name


classes_of = st.lists(st.sampled_from(sorted(COUNTS)), min_size=2, max_size=6)
confusions = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 3)), max_size=12)


@given(classes_of, confusions, st.randoms(use_true_random=False))
def test_the_pair_is_a_head_and_a_tail_whatever_the_order(
    groups: list[str], wrong: list[tuple[int, int, int]], order: random.Random
) -> None:
    """Symmetric in the direction of confusion, blind to the order of rows, the larger class first, never one twice."""
    classes = [row(label, group) for label, group in enumerate(groups)]
    features = at(*(20.0 * label for label in range(len(groups))))
    rows = [confused(a, b, n) for a, b, n in wrong if a != b and max(a, b) < len(groups)]
    pair = choose(classes, taken_for(rows, "targets_only"), features)
    mixed = order.sample(classes, len(classes))
    turned = [confused(each.predicted, each.label, each.pictures) for each in order.sample(rows, len(rows))]
    assert pair == choose(mixed, taken_for(turned, "targets_only"), features)
    assert pair is not None
    assert pair.head.label != pair.tail.label
    assert pair.head.train >= pair.tail.train
    tiers = [two for two in (("many", "few"), ("medium", "few")) if set(two) <= set(groups)]
    assert not tiers or (pair.head.group, pair.tail.group) == tiers[0]


def test_the_pair_is_what_is_confused_most() -> None:
    """Both directions count together, and of another arm or of two heads none does."""
    classes = [row(0, "many"), row(1, "many"), row(2, "few"), row(3, "few")]
    rows = [
        confused(0, 1, 50), confused(0, 2, 5), confused(1, 3, 3), confused(3, 1, 3), confused(0, 3, 90, "silenced"),
    ]  # fmt: skip
    counts = taken_for(rows, "targets_only")
    pair = choose(classes, counts, at(0, 90, 1, 180))
    assert pair is not None
    assert (pair.head.label, pair.tail.label, pair.confused) == (1, 3, 6)


def test_ties_go_by_name() -> None:
    """Labels have no say."""
    classes = [row(0, "many", "oak"), row(1, "few", "yew"), row(2, "few", "elm")]
    counts = taken_for([confused(0, 1, 2), confused(0, 2, 2)], "targets_only")
    assert names(classes, counts, at(0, 1, 90)) == ("oak", "elm")


@pytest.mark.parametrize("groups", [("many", "few", "few"), ("many", "many", "many")])
def test_without_confusion_the_pair_is_that_of_the_nearest_means(groups: tuple[str, ...]) -> None:
    """Of head and tail, or of any two where there is no tail."""
    classes = [row(label, group, train=9 - label) for label, group in enumerate(groups)]
    assert names(classes, Counter(), at(0, 60, 20)) == ("class 0", "class 2")


def test_heads_and_tails_come_before_pairs_that_are_more_confused() -> None:
    """The map is of a tail class: that two heads are confused is not its subject."""
    classes = [row(0, "medium"), row(1, "medium"), row(2, "few")]
    assert names(classes, taken_for([confused(0, 1, 9)], "targets_only"), at(0, 1, 50)) == ("class 1", "class 2")


def test_one_class_is_no_pair() -> None:
    """There is nothing to confuse it with."""
    assert choose([row(0, "many")], Counter(), at(0)) is None
