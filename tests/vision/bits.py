"""Differing bits between all pairs of hashes, in the plainest way: what the search is held against."""

import numpy as np


def hamming(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Differing bits between every hash of `left` [n, 8] and of `right` [m, 8] bytes: int64 [n, m]."""
    found: np.ndarray = np.unpackbits(left[:, None] ^ right[None, :], axis=2).sum(2, dtype=np.int64)
    return found
