"""Which pairs of pictures are copies: nominated by vectors and by hashes, judged by alignment.

A vector is nearly blind to a crop and a hash to a change of tone or, taken in both
orientations, to a flip; between the two of them hardly a copy is missed. Neither is
sure enough to drop a picture for, and thumbnails laid over one another are.
"""

import numpy as np

from vision.alignment import alignment
from vision.hashes import hamming
from vision.vectors import Vectors

_CHUNK = 1024  # rows of the similarity matrices held at a time


def _smallest(distances: np.ndarray, count: int) -> np.ndarray:
    """The columns of each row's smallest entries: [n, at most count]."""
    if count >= distances.shape[1]:
        return np.broadcast_to(np.arange(distances.shape[1]), distances.shape)
    found: np.ndarray = np.argpartition(distances, count - 1, axis=1)[:, :count]
    return found


def _nominated(left: Vectors, right: Vectors, count: int, *, same: bool, start: int) -> np.ndarray:
    rows = np.arange(len(left.rows))
    apart = -(left.matrix @ right.matrix.T)
    bits = np.minimum(hamming(left.hashes, right.hashes), hamming(left.hashes, right.flipped_hashes))
    if same:  # no picture nominates itself
        apart[rows, rows + start], bits[rows, rows + start] = np.inf, 255
    columns = np.concatenate([_smallest(apart, count), _smallest(bits, count)], axis=1)
    return np.stack([np.repeat(rows + start, columns.shape[1]), columns.ravel()], axis=1)


def nominate(left: Vectors, right: Vectors, count: int) -> np.ndarray:
    """Pairs (row of left, row of right) worth judging, [p, 2]: the `count` nearest by cosine and by hash.

    Where left is right, a pair is given once, smaller row first, and no row with itself.
    """
    if not left.rows or not right.rows:
        return np.zeros((0, 2), np.int64)
    same = left is right
    chunks = [
        _nominated(left.take(range(start, min(start + _CHUNK, len(left.rows)))), right, count, same=same, start=start)
        for start in range(0, len(left.rows), _CHUNK)
    ]
    pairs = np.concatenate(chunks)
    if same:
        pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0)


def copy_scores(left: Vectors, right: Vectors, pairs: np.ndarray) -> np.ndarray:
    """How surely the pictures of each pair are copies, whichever of the two is the cropped one: [p]."""
    one, other = left.thumbnails, right.thumbnails
    scores: np.ndarray = np.maximum(alignment(one, other, pairs), alignment(other, one, pairs[:, ::-1]))
    return scores
