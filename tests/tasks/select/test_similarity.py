import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Split
from tasks.select.similarity import STRANGER, prototypes, similarity, to_own_and_others, train_pictures
from tests.tasks.select.world import DIM, around, shown, target, unit, vectors


def test_only_train_pictures_select() -> None:
    """Val and test pictures have no say in what is selected; a prototype is the unit mean of the others."""
    pictures = [shown(seed, axis=seed % 3) for seed in range(3)]
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST]
    listed = [target(held, 7, split) for held, split in zip(pictures, splits, strict=True)]
    train, labels = train_pictures(listed, vectors(pictures))
    assert (train.names, labels.tolist()) == (["target 7"], [7, 7])
    found = prototypes(train.matrix, labels)
    assert np.allclose(found[7], unit(pictures[0].vector + pictures[1].vector), atol=1e-6)


def test_similarity_is_to_the_nearest_parent() -> None:
    """One near parent is enough; a parent without pictures is passed over; without any, nothing is like it."""
    by_label = {0: around(0, 1), 1: around(1, 2)}
    held = np.stack([around(1, 3)])
    assert similarity(held, (0, 1, 9), by_label) == pytest.approx(held @ by_label[1])
    assert similarity(held, (9,), by_label).tolist() == [STRANGER]


@given(st.integers(0, 1000), st.integers(1, 4))
def test_every_target_picture_is_told_from_its_own_class_and_from_all_others(seed: int, classes: int) -> None:
    """One cosine a picture to its own prototype, and one to each other class's; all of them are cosines."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, 5)])
    matrix = np.stack([unit(row) for row in rng.normal(size=(len(labels), DIM))])
    by_label = prototypes(matrix, labels)
    own, others = to_own_and_others(matrix, labels, by_label)
    assert own == pytest.approx([matrix[at] @ by_label[int(label)] for at, label in enumerate(labels)], abs=1e-6)
    assert len(others) == len(labels) * (classes - 1)
    assert (np.abs(np.concatenate([own, others])) <= 1 + 1e-6).all()


def test_without_target_pictures_there_is_nothing_to_tell() -> None:
    """No class, no cosine."""
    assert [len(found) for found in to_own_and_others(np.zeros((0, DIM)), np.zeros(0), {})] == [0, 0]
