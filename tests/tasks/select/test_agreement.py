import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.select.agreement import AGREES, agreement, centrality, within_targets
from tasks.select.labeled import Labeled
from tests.tasks.select.world import DIM, around, unit


def _category(matrix: np.ndarray, groups: np.ndarray | None = None, name: str = "lime") -> Labeled:
    names = np.array([name] * len(matrix), dtype=object)
    return Labeled(matrix, names, np.arange(len(matrix)) if groups is None else groups)


def test_agreement_is_low_for_what_is_alone_in_its_category() -> None:
    """In a category of eight alike and two strangers, the strangers agree least, even with each other apart."""
    held = _category(np.stack([around(0, seed) for seed in range(8)] + [around(4, 20), around(5, 21)]))
    scores = agreement(held, held, among=10)
    assert scores[:8].min() > 0.8 > 0.5 > scores[8:].max()


def test_copies_do_not_vote_for_one_another() -> None:
    """A stranger that was copied five times is as much a stranger as without its copies."""
    matrix = np.stack([around(0, seed) for seed in range(8)] + [around(4, 20)] * 6)
    held, once = _category(matrix, np.array([*range(8), *[8] * 6])), _category(matrix[:9])
    scores = agreement(held, held, among=10)
    assert scores[8:].max() < 0.5
    assert np.allclose(scores[:9], agreement(once, once, among=10), atol=1e-6)
    assert np.allclose(centrality(held, held)[:9], centrality(once, once), atol=1e-6)


def test_a_picture_alone_agrees() -> None:
    """Without another vote, or without any, there is nothing to disagree with."""
    held = _category(np.stack([around(0, 1)] * 2), np.array([3, 3]))
    none = held.where(np.zeros(2, bool))
    assert agreement(held, held, among=10).tolist() == [AGREES, AGREES]
    assert agreement(held, none, among=10).tolist() == [AGREES, AGREES]
    assert centrality(held, none).tolist() == [AGREES, AGREES]


def test_who_is_asked_need_not_vote() -> None:
    """A picture that was dropped is measured by those that were not, as if it stood among them."""
    members = _category(np.stack([around(0, seed) for seed in range(8)]))
    leak = _category(np.stack([around(0, 30), around(6, 31)]), np.array([30, 31]))
    scores = agreement(leak, members, among=10)
    assert scores[0] > 0.8 > 0.5 > scores[1]


@given(st.integers(2, 12), st.integers(0, 1000), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_agreement_does_not_depend_on_order(count: int, seed: int, among: int) -> None:
    """Permuted pictures have permuted scores, all of them cosines."""
    rng = np.random.default_rng(seed)
    held = _category(np.stack([unit(row) for row in rng.normal(size=(count, DIM))]))
    order = rng.permutation(count)
    scores = agreement(held, held, among)
    assert np.allclose(agreement(held.where(order), held.where(order), among), scores[order], atol=1e-6)
    assert (np.abs(scores) <= 1 + 1e-6).all()


def test_large_target_classes_show_how_much_a_class_agrees() -> None:
    """A class of three says nothing beside one of twenty; where none is large, those of two and more do."""
    large = _category(np.stack([around(0, seed) for seed in range(20)]), name="target 0")
    small = _category(np.stack([around(seed, seed) for seed in range(3)]), np.arange(20, 23), name="target 1")
    both = Labeled(*(np.concatenate(pair) for pair in (
        (large.matrix[:], small.matrix[:]), (large.classes, small.classes), (large.groups, small.groups),
    )))  # fmt: skip
    assert np.allclose(sorted(within_targets(both, 10)), sorted(agreement(large, large, 10)))
    assert len(within_targets(small, 10)) == 3
    assert len(within_targets(small.where(np.arange(1)), 10)) == 0
