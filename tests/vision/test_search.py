import tracemalloc

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.bits import hamming
from vision import hamming as searching
from vision import rows
from vision.hamming import by_keeping, nearest_bits
from vision.inverted import by_lists
from vision.probing import Exact, at_cosine
from vision.rows import Rows
from vision.search import nearest_vectors

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


def test_what_is_held_in_blocks_is_searched_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest of all blocks are the nearest of all rows, fewer rows than asked for included."""
    rng = np.random.default_rng(7)
    left, right = _unit(rng, 50), _unit(rng, 33)
    whole = nearest_vectors(left, right, 40)
    monkeypatch.setattr(rows, "_BLOCK", 8)
    parts = nearest_vectors(left, right, 40)
    assert (parts.places[:, :33] == whole.places[:, :33]).mean() > 0.999
    assert np.allclose(parts.scores[:, :33], whole.scores[:, :33], atol=1e-6)
    assert (parts.places[:, 33:] == -1).all()


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


@pytest.mark.parametrize("noise", [0.04, 0.08])
def test_copies_too_rare_for_a_sample_are_found(noise: float) -> None:
    """Where the sampled queries have no neighbor worth finding, rows beside those that are searched stand for them."""
    rng = np.random.default_rng(0)
    held, queries = _unit(rng, 20_000, 64), _unit(rng, 4000, 64)
    rare, of = np.arange(1, 4000, 20), rng.choice(20_000, 200, replace=False)  # every second query is sampled
    near = held[of] + noise * rng.normal(size=(200, 64))
    queries[rare] = near / np.linalg.norm(near, axis=1, keepdims=True)
    found = nearest_vectors(queries, held, 10, least=0.8, affordable=0)
    assert (found.places[rare] == of[:, None]).any(1).mean() >= 0.99
    assert 0.99 <= found.recall <= 1


@given(st.integers(1, 300), st.floats(-1, 0.999), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_vectors_at_the_bound_are_worth_finding(count: int, least: float, seed: int) -> None:
    """They are unit vectors whose cosine to their row is the bound or hardly more."""
    rng = np.random.default_rng(seed)
    rows = _unit(rng, count)
    cosines = (at_cosine(rows, least, rng) * rows).sum(1)
    assert (cosines >= least).all()
    assert (cosines <= max(least, 0) + 0.02).all()


def test_what_nothing_is_sought_of_is_searched_whole() -> None:
    """A recall that cannot be measured is not said: every list is looked into, and then it is 1."""

    def by_cosine(queries: np.ndarray, held: Rows, count: int) -> tuple[np.ndarray, np.ndarray]:
        return faiss.knn(queries, held[:], count, metric=faiss.METRIC_INNER_PRODUCT)

    held, coarse = _unit(np.random.default_rng(5), 600), faiss.IndexFlatIP(16)
    index = faiss.IndexIVFFlat(coarse, 16, 16, faiss.METRIC_INNER_PRODUCT)
    exact = Exact(by_cosine, lambda cosines: cosines > 2, lambda rows, _: rows)
    found = by_lists(index, Rows.of(held[:50]), Rows.of(held), 3, exact)
    assert index.nprobe == index.nlist
    assert found.recall == 1
    assert (found.places == nearest_vectors(held[:50], held, 3).places).all()


def test_a_long_shortlist_takes_no_more_memory_than_its_answer() -> None:
    """Whether a neighbor was found is looked up, not compared with all that were found."""
    held = _families(np.random.default_rng(6), 500)
    nearest_vectors(held, held, 500, least=0.9, affordable=0)  # what faiss and numpy load is no part of it
    tracemalloc.start()
    nearest_vectors(held, held, 500, least=0.9, affordable=0)
    assert tracemalloc.get_traced_memory()[1] < 20 * len(held) * 500 * 8
    tracemalloc.stop()


def test_the_same_search_gives_the_same_neighbors() -> None:
    """Cells are seeded, so a second search by lists gives the same places."""
    held = _families(np.random.default_rng(4), 400)
    first, second = (nearest_vectors(held, held, 6, affordable=0) for _ in range(2))
    assert (first.places == second.places).all()
    assert first.recall == second.recall


def test_vectors_of_no_dimension_have_no_neighbors() -> None:
    """Without an encoder nothing is near by cosine."""
    assert nearest_vectors(np.zeros((3, 0), np.float32), np.zeros((4, 0), np.float32), 5).places.shape == (3, 0)
