"""Of very many hashes what lies within a few bits is found for certain, however they are spread."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.bits import hamming
from vision import pigeonhole
from vision.pigeonhole import RADIUS, nearest_within
from vision.search import nearest_hashes


def _hashes(rng: np.random.Generator, families: int, each: int, most: int) -> np.ndarray:
    """Families of hashes that differ from their first in up to `most` bits, in no order."""
    held = np.repeat(rng.integers(0, 256, (families, 8), dtype=np.uint8), each, axis=0)
    ranks = rng.random((len(held), 64)).argsort(axis=1)
    flips = np.packbits(ranks < rng.integers(0, most + 1, (len(held), 1)), axis=1)
    mixed: np.ndarray = rng.permutation(held ^ flips)
    return mixed


@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 20), st.integers(1, 9), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_all_within_the_radius_are_found(families: int, each: int, most: int, count: int, seed: int) -> None:
    """The nearest within RADIUS bits are those that all pairs give, the nearest first, and nothing beyond them."""
    rng = np.random.default_rng(seed)
    held = _hashes(rng, families, each, most)
    queries = np.concatenate([held[::2], _hashes(rng, 3, 2, most)])
    bits, places = nearest_within(queries, held, count)
    apart = np.sort(hamming(queries, held), axis=1)
    truth = np.full((len(queries), count), 64)
    truth[:, : apart.shape[1]] = np.where(apart > RADIUS, 64, apart)[:, :count]
    assert (bits == truth).all()
    assert ((places >= 0) == (truth <= RADIUS)).all()
    rows = np.arange(len(queries))[:, None]
    assert (hamming(queries, held)[rows, places] == bits)[places >= 0].all()
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in places)


@pytest.mark.parametrize("crowded", [0.0, 5.0])
def test_a_crowd_is_compared_as_a_whole(crowded: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are nearly all the same are searched by all pairs, with the same result as by their parts."""
    held = np.repeat(_hashes(np.random.default_rng(1), 1, 1, 0), 600, axis=0)
    held[:50, 0] ^= np.uint8(1)
    monkeypatch.setattr(pigeonhole, "_CROWDED", crowded)
    monkeypatch.setattr(pigeonhole, "_MOST", 50_000)  # so that a crowd is looked up a few queries at a time
    bits, places = nearest_within(held, held, 4)
    assert (bits == 0).all()
    assert (places >= 0).all()


def test_too_many_hashes_for_all_pairs_are_searched_by_their_parts() -> None:
    """What is within the radius is the same either way; what is farther is left out."""
    held = _hashes(np.random.default_rng(3), 300, 4, 6)
    found, exact = nearest_hashes(held, held, 3, affordable=0), nearest_hashes(held, held, 3)
    near = exact.scores <= RADIUS
    assert (found.scores[near] == exact.scores[near]).all()
    assert (found.places[~near] == -1).all()
    assert found.recall == 1
