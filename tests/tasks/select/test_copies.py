from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageOps

from tasks.select import copies
from tasks.select.copies import copy_scores, nominate
from tests.tasks.select.world import around, shown, vectors
from tests.vision.bits import hamming
from tests.vision.scenes import cropped, scene
from vision.vectors import Vectors

NOTHING = vectors([])


def test_a_pair_is_nominated_by_its_vector_or_by_its_hash() -> None:
    """A mirrored picture with a far vector is found by its hash, a different one with a near vector by that."""
    left = [shown(1, axis=0)]
    mirrored = shown(2, axis=5, picture=ImageOps.mirror(left[0].picture))
    near = shown(3, axis=9, vector=left[0].vector)
    others = [shown(seed, axis=9) for seed in range(10, 30)]
    pairs = nominate(vectors(left), vectors([*others, mirrored, near]), count=1)
    assert pairs.tolist() == [[0, 20], [0, 21]]


@given(st.integers(1, 12), st.integers(1, 15))
@settings(max_examples=25, deadline=None)
def test_pairs_within_one_set_come_once_and_never_with_themselves(size: int, count: int) -> None:
    """Among n pictures a pair is given once, smaller row first; with a long shortlist that is every pair."""
    held = vectors([shown(seed, axis=seed % 4) for seed in range(size)])
    pairs = nominate(held, held, count)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs)
    if count >= size:
        assert len(pairs) == size * (size - 1) // 2


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 12), st.booleans())
@settings(max_examples=25, deadline=None)
def test_nominated_are_the_nearest_by_vector_and_by_hash(n: int, m: int, count: int, same: bool) -> None:
    """Whatever is nearer than the last of `count` is nominated, and nothing beyond it, by cosine and by bits."""
    left = vectors([shown(seed, axis=seed % 3) for seed in range(n)])
    right = left if same else vectors([shown(100 + seed, axis=seed % 3) for seed in range(m)])
    pairs = {tuple(pair) for pair in nominate(left, right, count).tolist()}
    bits = np.minimum(hamming(left.hashes, right.hashes), hamming(left.hashes, right.flipped_hashes)).astype(float)
    apart = -(left.matrix @ right.matrix.T)
    wanted: set[tuple[int, ...]] = set()
    allowed: set[tuple[int, ...]] = set()
    for far in (bits, apart):
        if same:
            np.fill_diagonal(far, np.inf)
        last = np.sort(far, axis=1)[:, min(count, far.shape[1]) - 1][:, None]
        for found, places in ((wanted, far < last - 1e-6), (allowed, far <= last + 1e-6)):
            found |= {tuple(sorted(at)) if same else tuple(at) for at in np.argwhere(places & (far < np.inf)).tolist()}
    assert wanted <= pairs <= allowed


def test_without_an_encoder_hashes_nominate() -> None:
    """Vectors of no dimension name no pair; hashes still do."""
    held = vectors([shown(1, 0), shown(2, 0, picture=ImageOps.mirror(scene(1, 96, 96))), shown(3, 0)])
    blind = Vectors(held.digests, replace(held.columns, matrix=np.zeros((3, 0), np.float32)), held.at)
    assert (0, 1) in {tuple(pair) for pair in nominate(blind, blind, 1).tolist()}


def test_without_an_encoder_hashes_find_what_vectors_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, all hashes are compared: what is nearer by more bits than a table finds has no vector."""
    monkeypatch.setattr(copies, "AFFORDABLE_HASHES", 0)
    held = vectors([shown(seed, 0) for seed in range(3)])
    hashes = np.zeros((3, 8), np.uint8)
    hashes[1, :5] = 3  # ten bits from the first
    hashes[2] = 255
    columns = replace(held.columns, hashes=hashes, flipped=np.full((3, 8), 15, np.uint8))
    blind = Vectors(held.digests, replace(columns, matrix=np.zeros((3, 0), np.float32)), held.at)
    seen = Vectors(held.digests, columns, held.at)
    assert (0, 1) in {tuple(pair) for pair in nominate(blind, blind, 1).tolist()}
    assert len(nominate(seen, seen, 1))


def test_blocks_nominate_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some rows at a time give the pairs that all rows give, within one set and between two."""
    left, right = (vectors([shown(start + seed, axis=seed % 4) for seed in range(11)]) for start in (0, 100))
    whole = [nominate(left, one, 2).tolist() for one in (left, right)]
    monkeypatch.setattr(copies, "_BLOCK", 3)
    assert [nominate(left, one, 2).tolist() for one in (left, right)] == whole


def test_nothing_nominates_nothing() -> None:
    """Empty sets have no pairs."""
    some = vectors([shown(1, axis=0)])
    assert nominate(NOTHING, some, 5).shape == nominate(some, NOTHING, 5).shape == (0, 2)
    assert nominate(NOTHING, NOTHING, 5).shape == (0, 2)


def test_copies_score_alike_in_both_directions() -> None:
    """Whichever of the two was cropped, the pair is one of copies."""
    whole = scene(1, 200, 200)
    left = vectors([shown(1, 0, picture=whole)])
    right = vectors([shown(2, 0, picture=cropped(whole, 0.1, 0.05, 0.02, 0.08)), shown(3, 0, vector=around(0, 1))])
    pairs = np.array([(0, 0), (0, 1)])
    forward, back = copy_scores(left, right, pairs), copy_scores(right, left, pairs[:, ::-1])
    assert np.allclose(forward, back, atol=1e-6)
    assert forward[0] > 0.98 > 0.9 > forward[1]
