import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Split
from tasks.select.similarity import STRANGER, agreement, prototypes, similarity
from tests.tasks.select.world import DIM, around, shown, target, unit, vectors


def test_prototype_is_the_unit_mean_of_train_pictures_alone() -> None:
    """Val and test pictures have no say in what is selected."""
    pictures = [shown(seed, axis=seed % 3) for seed in range(3)]
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST]
    found = prototypes([target(p, 7, s) for p, s in zip(pictures, splits, strict=True)], vectors(pictures))
    assert np.allclose(found[7], unit(pictures[0].vector + pictures[1].vector), atol=1e-6)


def test_similarity_is_to_the_nearest_parent() -> None:
    """One near parent is enough; a parent without pictures is passed over; without any, nothing is like it."""
    by_label = {0: around(0, 1), 1: around(1, 2)}
    vector = around(1, 3)
    assert similarity(vector, (0, 1, 9), by_label) == pytest.approx(float(vector @ by_label[1]))
    assert similarity(vector, (9,), by_label) == STRANGER


def test_agreement_is_low_for_what_is_alone_in_its_category() -> None:
    """In a category of eight alike and two strangers, the strangers agree least, even with each other apart."""
    matrix = np.stack([around(0, seed) for seed in range(8)] + [around(4, 20), around(5, 21)])
    scores = agreement(matrix, np.arange(10), among=10)
    assert scores[:8].min() > 0.8 > 0.5 > scores[8:].max()


def test_copies_do_not_vote_for_one_another() -> None:
    """A stranger that was copied five times is as much a stranger as without its copies."""
    matrix = np.stack([around(0, seed) for seed in range(8)] + [around(4, 20)] * 6)
    scores = agreement(matrix, np.array([*range(8), *[8] * 6]), among=10)
    assert scores[8:].max() < 0.5
    assert np.allclose(scores[:9], agreement(matrix[:9], np.arange(9), among=10), atol=1e-6)


def test_a_picture_alone_agrees() -> None:
    """Without another vote there is nothing to disagree with."""
    assert agreement(np.stack([around(0, 1)] * 2), np.array([3, 3]), among=10).tolist() == [1, 1]


@given(st.integers(2, 12), st.integers(0, 1000), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_agreement_does_not_depend_on_order(count: int, seed: int, among: int) -> None:
    """Permuted pictures have permuted scores, all of them cosines."""
    rng = np.random.default_rng(seed)
    matrix = np.stack([unit(row) for row in rng.normal(size=(count, DIM))])
    order = rng.permutation(count)
    scores = agreement(matrix, np.arange(count), among)
    assert np.allclose(agreement(matrix[order], np.arange(count), among), scores[order], atol=1e-6)
    assert (np.abs(scores) <= 1 + 1e-6).all()
