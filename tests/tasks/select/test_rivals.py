"""A picture that is nearer to another class than to its own is found, and copies change nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.select import rivals
from tasks.select.labeled import Labeled, one_of_each
from tasks.select.rivals import ALONE, margins
from tests.tasks.select.world import DIM, around, unit


def _pictures(*held: tuple[int, int, str]) -> Labeled:
    """Pictures given as (axis that they lie around, seed, class), each a group of its own."""
    return Labeled(
        np.stack([around(axis, seed) for axis, seed, _ in held]),
        np.array([name for *_, name in held]),
        np.array([str(seed) for _, seed, _ in held]),
    )


def test_a_target_under_a_neighbors_name_is_nearer_to_the_target() -> None:
    """Its margin is negative and names its true class; those in their right place have positive ones."""
    right = [(0, seed, "lime") for seed in range(4)] + [(1, seed, "lemon") for seed in range(4, 8)]
    pictures = _pictures(*right, (1, 9, "lime"))
    margin, rival = margins(pictures, [pictures], among=2)
    assert margin[-1] < 0 < margin[:-1].min()
    assert rival[-1] == "lemon"


def test_a_picture_does_not_vote_for_its_own_copies() -> None:
    """Five copies of a stranger do not make it at home."""
    right = [(0, seed, "lime") for seed in range(4)] + [(1, seed, "lemon") for seed in range(4, 8)]
    pictures = _pictures(*right, *[(1, 9, "lime")] * 5)
    margin, _ = margins(pictures, [one_of_each(pictures)], among=2)
    alone, _ = margins(_pictures(*right, (1, 9, "lime")), [_pictures(*right, (1, 9, "lime"))], among=2)
    assert margin[-1] == pytest.approx(alone[-1])


def test_a_picture_alone_in_its_category_stays() -> None:
    """Without another picture of its category nothing can be said against it."""
    pictures = _pictures((0, 1, "lime"), (1, 2, "lemon"), (1, 3, "lemon"))
    assert margins(pictures, [pictures], among=2)[0][0] == ALONE


@given(st.integers(2, 14), st.integers(1, 4), st.integers(0, 1000), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_margins_do_not_depend_on_order(count: int, classes: int, seed: int, among: int) -> None:
    """Permuted pictures have permuted margins."""
    rng = np.random.default_rng(seed)
    pictures = Labeled(
        np.stack([unit(row) for row in rng.normal(size=(count, DIM))]),
        rng.integers(0, classes, count).astype(str),
        rng.integers(0, count, count).astype(str),
    )
    order = rng.permutation(count)
    mixed = Labeled(pictures.matrix[order], pictures.classes[order], pictures.groups[order])
    assert np.allclose(margins(mixed, [mixed], among)[0], margins(pictures, [pictures], among)[0][order], atol=1e-6)


def _classes(rng: np.random.Generator, count: int, each: int) -> Labeled:
    """Pictures around one direction a class; of every class the last lies in the next class's."""
    centers = np.stack([unit(row) for row in rng.normal(size=(count, 32))])
    of = np.repeat(np.arange(count), each)
    shown_as = np.where(np.arange(len(of)) % each == each - 1, (of + 1) % count, of)
    matrix = np.stack([unit(centers[at] + 0.1 * rng.normal(size=32)) for at in shown_as])
    return Labeled(matrix, np.array([f"class {at:03d}" for at in of]), np.arange(len(of)).astype(str))


@given(st.integers(2, 40), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_where_not_all_can_be_compared_the_same_are_dropped(count: int, seed: int) -> None:
    """Looked for among the classes with the nearest means, a rival that is nearer than the own class is found."""
    pictures = _classes(np.random.default_rng(seed), count, each=6)
    exact, named = margins(pictures, [pictures], among=2)
    found, few = margins(pictures, [pictures], among=2, affordable=0)
    assert (found >= exact - 1e-6).all()
    assert ((found < 0) == (exact < 0)).all()
    nearer = np.flatnonzero(exact < 0)
    assert len(nearer) >= count
    assert found[nearer] == pytest.approx(exact[nearer], abs=1e-6)
    assert [few[at] for at in nearer.tolist()] == [named[at] for at in nearer.tolist()]


def test_what_is_decided_already_does_not_say_how_many_classes_are_looked_into() -> None:
    """Rivals far from a class's mean are found for the few that a margin decides on, among many that were dropped."""
    rng = np.random.default_rng(5)
    classes = _classes(rng, 60, each=6)
    strangers = np.stack([unit(row) for row in rng.normal(size=(1500, 32))])
    names = classes.classes[rng.integers(0, len(classes.classes), 1500)]
    asked = Labeled(
        np.concatenate([classes.matrix[:], strangers]), np.append(classes.classes, names),
        np.append(classes.groups, [f"stranger {at}" for at in range(1500)]),
    )  # fmt: skip
    still = np.arange(len(asked.groups)) < len(classes.groups)
    exact, _ = margins(asked, [classes], among=2)
    found, _ = margins(asked, [classes], among=2, open_ones=still, affordable=0)
    assert ((found < 0) == (exact < 0))[still].all()


def test_blocks_change_no_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few pictures at a time are compared with the same classes as all at once."""
    pictures = _classes(np.random.default_rng(4), 30, each=6)
    whole, names = margins(pictures, [pictures], among=2, affordable=0)
    monkeypatch.setattr(rivals, "_BLOCK", 7)
    parts, again = margins(pictures, [pictures], among=2, affordable=0)
    assert np.allclose(whole, parts, atol=1e-6)
    assert names == again


def test_voters_of_two_kinds_are_one_field() -> None:
    """Categories and target classes apart, or in one set: the same margins."""
    pictures = _classes(np.random.default_rng(3), 8, each=5)
    half = np.arange(len(pictures.groups)) < 20
    apart = margins(pictures, [pictures.where(half), pictures.where(~half)], among=2)
    assert np.allclose(apart[0], margins(pictures, [pictures], among=2)[0], atol=1e-6)
    assert apart[1] == margins(pictures, [pictures], among=2)[1]
