import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Split
from tasks.select.similarity import STRANGER, prototypes, similarity, to_others, to_own, train_pictures
from tests.tasks.select.world import DIM, around, shown, target, unit, vectors


def test_only_train_pictures_select() -> None:
    """Val and test pictures have no say in what is selected; a prototype is the unit mean of the others."""
    pictures = [shown(seed, axis=seed % 3) for seed in range(3)]
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST]
    listed = [target(held, 7, split) for held, split in zip(pictures, splits, strict=True)]
    train, labels = train_pictures(listed, vectors(pictures))
    assert (train.classes.tolist(), labels.tolist()) == (["target 7"] * 2, [7, 7])
    found = prototypes(train.matrix[:], labels)
    assert np.allclose(found[7], unit(pictures[0].vector + pictures[1].vector), atol=1e-6)


def test_similarity_is_to_the_nearest_parent() -> None:
    """One near parent is enough; a parent without pictures is passed over; without any, nothing is like it."""
    by_label = {0: around(0, 1), 1: around(1, 2)}
    held = np.stack([around(1, 3)])
    assert similarity(held, (0, 1, 9), by_label) == pytest.approx(held @ by_label[1])
    assert similarity(held, (9,), by_label).tolist() == [STRANGER]


@given(st.integers(0, 1000), st.integers(1, 4))
def test_every_target_picture_is_told_from_the_others_of_its_class_and_from_other_classes(
    seed: int, classes: int
) -> None:
    """One cosine a picture to the prototype that leaves it out, and one to each other class's; all are cosines."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, 5)])
    matrix = np.stack([unit(row) for row in rng.normal(size=(len(labels), DIM))])
    own, others = to_own(matrix, labels), to_others(matrix, labels, prototypes(matrix, labels))
    first = next(label for label in range(classes) if (labels == label).sum() > 1)
    one, *rest = matrix[labels == first]
    assert own[0] == pytest.approx(float(one @ unit(np.sum(rest, 0))), abs=1e-5)
    assert len(own) == sum(int((labels == label).sum()) for label in range(classes) if (labels == label).sum() > 1)
    assert len(others) == len(labels) * (classes - 1)
    assert (np.abs(np.concatenate([own, others])) <= 1 + 1e-6).all()


def test_a_picture_that_is_its_class_says_nothing_of_likeness() -> None:
    """In a tail class of one, the prototype is the picture itself: it has no say."""
    matrix = np.stack([around(0, 1), around(1, 2), around(1, 3)])
    assert len(to_own(matrix, np.array([0, 1, 1]))) == 2


def test_of_many_cosines_an_even_sample_is_looked_at() -> None:
    """The quantiles of a large target set are those of every so many pictures."""
    matrix, labels = np.stack([around(seed % 3, seed) for seed in range(90)]), np.arange(90) % 3
    by_label = prototypes(matrix, labels)
    whole, some = to_others(matrix, labels, by_label), to_others(matrix, labels, by_label, sample=90)
    assert len(some) < len(whole) / 2
    assert np.median(some) == pytest.approx(np.median(whole), abs=0.05)


def test_without_target_pictures_there_is_nothing_to_tell() -> None:
    """No class, no cosine."""
    assert len(to_own(np.zeros((0, DIM)), np.zeros(0, np.int64))) == 0
    assert len(to_others(np.zeros((0, DIM)), np.zeros(0, np.int64), {})) == 0
