"""Which pairs of pictures are copies: nominated by vectors and by hashes, judged by alignment.

A vector is nearly blind to a crop and a hash to a change of tone or, taken in both
orientations, to a flip; between the two of them hardly a copy is missed. Neither is
sure enough to drop a picture for, and thumbnails laid over one another are.
"""

from collections.abc import Sequence
from math import inf

import numpy as np

from vision.alignment import alignment
from vision.hashes import BITS
from vision.rows import distinct
from vision.search import AFFORDABLE_HASHES, nearest_hashes, nearest_vectors
from vision.vectors import Vectors

WORTH_COSINE = 0.8
"""Under that cosine a copy is one in another tone, which its hash tells: inverted lists need not find it."""

_FAR = BITS + 1  # bits: further than any picture
_BLOCK = 1 << 17  # rows whose pairs are made at a time


def _others(places: np.ndarray, start: int, count: int, *, same: bool) -> np.ndarray:
    """The first `count` places of each row, the first of which is `start`, without its own: [n, at most count]."""
    own = places == np.arange(start, start + len(places))[:, None]
    return np.take_along_axis(places, np.argsort(own & same, axis=1, kind="stable"), 1)[:, :count]


def _nearer(found: Sequence[np.ndarray], apart: Sequence[np.ndarray], count: int) -> np.ndarray:
    """The `count` places of fewest bits in whichever orientation, each once, -1 for none: [n, at most count]."""
    places, bits = (np.concatenate(parts, axis=1) for parts in (found, apart))
    codes = np.sort(np.where(places < 0, 0, places) * (_FAR + 1) + np.where(places < 0, _FAR, bits), axis=1)
    places, bits = np.divmod(codes, _FAR + 1)
    bits[:, 1:][places[:, 1:] == places[:, :-1]] = _FAR  # found in both orientations: the nearer comes first
    order = np.argsort(bits, axis=1, kind="stable")[:, :count]
    chosen = np.take_along_axis(places, order, 1)
    return np.where(np.take_along_axis(bits, order, 1) < _FAR, chosen, -1)


def _pair_codes(places: np.ndarray, start: int, size: int, *, same: bool) -> np.ndarray:
    """The pairs (row, place) as numbers row * size + place, each once; `places` [b, c] are of the rows from `start`."""
    rows = np.repeat(np.arange(start, start + len(places)), places.shape[1])
    pairs = np.stack([rows, places.ravel()], axis=1)
    pairs = pairs[(pairs[:, 1] >= 0) & ~((pairs[:, 0] == pairs[:, 1]) & same)]
    ordered = np.sort(pairs, axis=1) if same else pairs
    return distinct(ordered[:, 0] * size + ordered[:, 1])  # one number a pair: sorted far faster


def nominate(left: Vectors, right: Vectors, count: int) -> np.ndarray:
    """Pairs (row of left, row of right) worth judging, [p, 2]: the `count` nearest by cosine and by hash.

    Where left is right, a pair is given once, smaller row first, and no row with itself.
    """
    if not len(left) or not len(right):
        return np.zeros((0, 2), np.int64)
    same, most = left is right, count + (left is right)  # a row finds itself first
    ours, hashes = left.rows, left.hashes
    near = nearest_vectors(ours, ours if same else right.rows, most, WORTH_COSINE)
    # What a hash need not find where vectors do, it must find where there are none.
    affordable = AFFORDABLE_HASHES if ours.shape[1] else inf
    theirs = (hashes if same else right.hashes, right.flipped_hashes)
    alike = [nearest_hashes(hashes, held, most, affordable) for held in theirs]
    codes = []
    for start in range(0, len(left), _BLOCK):
        some = slice(start, start + _BLOCK)
        found = (
            near.places[some],
            _nearer([one.places[some] for one in alike], [one.scores[some] for one in alike], most),
        )
        chosen = np.concatenate([_others(places, start, count, same=same) for places in found], axis=1)
        codes.append(_pair_codes(chosen, start, len(right), same=same))
    return np.stack(np.divmod(distinct(np.concatenate(codes)), len(right)), axis=1)


def copy_scores(left: Vectors, right: Vectors, pairs: np.ndarray) -> np.ndarray:
    """How surely the pictures of each pair are copies, whichever of the two is the cropped one: [p]."""
    one, other = left.thumbnails, right.thumbnails
    scores: np.ndarray = np.maximum(alignment(one, other, pairs), alignment(other, one, pairs[:, ::-1]))
    return scores
