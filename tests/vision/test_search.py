import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision import hamming as searching
from vision.hamming import by_keeping, nearest_bits
from vision.hashes import hamming
from vision.search import nearest_hashes, nearest_vectors

SIZES = st.integers(1, 60)


def _unit(rng: np.random.Generator, count: int, dim: int = 16) -> np.ndarray:
    rows = rng.standard_normal((count, dim))
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _hashes(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(0, 256, (count, 8), dtype=np.uint8)


def _families(rng: np.random.Generator, count: int, each: int = 4, dim: int = 32) -> np.ndarray:
    """Vectors that come `each` close together."""
    near = np.repeat(_unit(rng, count, dim), each, axis=0) + rng.normal(0, 0.02, (count * each, dim))
    families: np.ndarray = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    return families


@given(SIZES, SIZES, st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_flat_search_of_vectors_is_exact(n: int, m: int, count: int, seed: int) -> None:
    """The nearest by cosine are those that all cosines give, the nearest first, -1 where there are no more."""
    rng = np.random.default_rng(seed)
    left, right = _unit(rng, n), _unit(rng, m)
    found, most = nearest_vectors(left, right, count), min(count, m)
    truth = np.sort(left @ right.T, axis=1)[:, ::-1][:, :most]
    assert np.allclose(found.scores[:, :most], truth, atol=1e-5)
    assert np.allclose((left[:, None] * right[found.places[:, :most]]).sum(2), truth, atol=1e-5)
    assert (found.places[:, most:] == -1).all()
    assert found.recall == 1


@given(SIZES, SIZES, st.integers(1, 12), st.integers(0, 10_000), st.booleans())
@settings(max_examples=40, deadline=None)
def test_flat_search_of_hashes_is_exact(n: int, m: int, count: int, seed: int, guess: bool) -> None:
    """The nearest by differing bits are those that all pairs give, with a guessed radius and without."""
    rng = np.random.default_rng(seed)
    left, right, most = _hashes(rng, n), _hashes(rng, m), min(count, m)
    right[: m // 2] = right[0]  # a crowd of equal ones
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "WORTH_GUESSING", 0 if guess else 1e12)
        bits, places = nearest_bits(left, right, count)
    truth = np.sort(hamming(left, right), axis=1)[:, :most]
    assert (bits[:, :most] == truth).all()
    assert (np.take_along_axis(hamming(left, right), places[:, :most], 1) == truth).all()


def test_a_radius_that_is_too_small_for_some_is_made_good() -> None:
    """Among many queries those that are far from everything have their nearest too."""
    rng = np.random.default_rng(0)
    held = np.repeat(_hashes(rng, 300), 20, axis=0)
    queries = np.ascontiguousarray(np.concatenate([held[::2], _hashes(rng, 100)])[rng.permutation(3100)])
    assert len(queries) * len(held) < searching.WORTH_GUESSING
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "WORTH_GUESSING", 0)
        bits, places = nearest_bits(queries, held, 5)
    assert (bits == by_keeping(queries, held, 5)[0]).all()
    assert (places >= 0).all()


def test_inverted_lists_find_what_is_worth_finding_and_say_so() -> None:
    """Searched by lists, near vectors are found with the recall that is promised, and all pairs agree with it."""
    held = _families(np.random.default_rng(1), 1500)
    found = nearest_vectors(held, held, 4, least=0.9, affordable=0)
    exact = nearest_vectors(held, held, 4)
    near = exact.scores >= 0.9
    hits = (exact.places[:, :, None] == found.places[:, None, :]).any(2)[near].mean()
    assert hits >= 0.99
    assert found.recall >= 0.99


def test_where_nothing_is_near_every_list_is_searched_for_the_recall() -> None:
    """Vectors without any order are found too, at the price of looking everywhere."""
    rng = np.random.default_rng(2)
    left, right = _unit(rng, 200), _unit(rng, 500)
    found, exact = nearest_vectors(left, right, 3, affordable=0), nearest_vectors(left, right, 3)
    assert (found.places == exact.places).mean() >= 0.99


def test_inverted_lists_of_hashes_find_near_ones() -> None:
    """Searched by lists, hashes a few bits away are found with the recall that is promised."""
    rng = np.random.default_rng(3)
    held = np.repeat(_hashes(rng, 1000), 3, axis=0)
    held[np.arange(3000), rng.integers(0, 8, 3000)] ^= np.uint8(4)
    found, exact = nearest_hashes(held, held, 3, affordable=0), nearest_hashes(held, held, 3)
    assert found.recall >= 0.99
    assert (found.scores == exact.scores)[exact.scores <= 4].mean() >= 0.99


def test_the_same_search_gives_the_same_neighbors() -> None:
    """Cells are seeded, so a second search by lists gives the same places."""
    held = _families(np.random.default_rng(4), 400)
    first, second = (nearest_vectors(held, held, 6, affordable=0) for _ in range(2))
    assert (first.places == second.places).all()
    assert first.recall == second.recall


def test_vectors_of_no_dimension_have_no_neighbors() -> None:
    """Without an encoder nothing is near by cosine."""
    assert nearest_vectors(np.zeros((3, 0), np.float32), np.zeros((4, 0), np.float32), 5).places.shape == (3, 0)
