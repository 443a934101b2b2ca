"""Which pairs of pictures are copies: nominated by vectors and by hashes, judged by alignment.

A vector is nearly blind to a crop and a hash to a change of tone or, taken in both
orientations, to a flip; between the two of them hardly a copy is missed. Neither is
sure enough to drop a picture for, and thumbnails laid over one another are.
"""

import numpy as np

from vision.alignment import alignment
from vision.hashes import BITS
from vision.search import nearest_hashes, nearest_vectors
from vision.vectors import Vectors

WORTH_COSINE = 0.8
"""Under that cosine a copy is one in another tone, which its hash tells: inverted lists need not find it."""

_FAR = BITS + 1  # bits: further than any picture


def _others(places: np.ndarray, count: int, *, same: bool) -> np.ndarray:
    """The first `count` places of each row without its own: [n, at most count]."""
    own = places == np.arange(len(places))[:, None]
    return np.take_along_axis(places, np.argsort(own & same, axis=1, kind="stable"), 1)[:, :count]


def _nearer(places: np.ndarray, bits: np.ndarray, count: int) -> np.ndarray:
    """The `count` places of fewest bits, each once, -1 for none: [n, at most count]."""
    codes = np.sort(np.where(places < 0, 0, places) * (_FAR + 1) + np.where(places < 0, _FAR, bits), axis=1)
    places, bits = np.divmod(codes, _FAR + 1)
    bits[:, 1:][places[:, 1:] == places[:, :-1]] = _FAR  # found in both orientations: the nearer comes first
    order = np.argsort(bits, axis=1, kind="stable")[:, :count]
    chosen = np.take_along_axis(places, order, 1)
    return np.where(np.take_along_axis(bits, order, 1) < _FAR, chosen, -1)


def _by_hash(left: Vectors, right: Vectors, count: int) -> np.ndarray:
    """The nearest in whichever orientation is the nearer, -1 for none: [n, at most count]."""
    hashes = left.hashes
    held = (hashes if left is right else right.hashes, right.flipped_hashes)
    found = [nearest_hashes(hashes, one, count) for one in held]
    places, bits = (np.concatenate(parts, axis=1) for parts in zip(*((f.places, f.scores) for f in found), strict=True))
    return _nearer(places, bits, count)


def nominate(left: Vectors, right: Vectors, count: int) -> np.ndarray:
    """Pairs (row of left, row of right) worth judging, [p, 2]: the `count` nearest by cosine and by hash.

    Where left is right, a pair is given once, smaller row first, and no row with itself.
    """
    if not left.rows or not right.rows:
        return np.zeros((0, 2), np.int64)
    same, most = left is right, count + (left is right)  # a row finds itself first
    near = nearest_vectors(left.matrix, right.matrix, most, WORTH_COSINE).places
    places = np.concatenate([_others(p, count, same=same) for p in (near, _by_hash(left, right, most))], axis=1)
    pairs = np.stack([np.repeat(np.arange(len(places)), places.shape[1]), places.ravel()], axis=1)
    pairs = pairs[(pairs[:, 1] >= 0) & ~((pairs[:, 0] == pairs[:, 1]) & same)]
    ordered = np.sort(pairs, axis=1) if same else pairs
    codes = np.unique(ordered[:, 0] * len(right.rows) + ordered[:, 1])  # one number a pair: sorted far faster
    return np.stack(np.divmod(codes, len(right.rows)), axis=1)


def copy_scores(left: Vectors, right: Vectors, pairs: np.ndarray) -> np.ndarray:
    """How surely the pictures of each pair are copies, whichever of the two is the cropped one: [p]."""
    one, other = left.thumbnails, right.thumbnails
    scores: np.ndarray = np.maximum(alignment(one, other, pairs), alignment(other, one, pairs[:, ::-1]))
    return scores
