"""Perceptual hashes: 64 bits that survive another size, quality and brightness, in both orientations."""

import numpy as np
from PIL import Image

SIDE = 48
"""Pixels of a thumbnail's side: fine enough to align two pictures by, small enough to keep for all of them."""

BITS = 64
_KEPT = 8


def _cosines(size: int) -> np.ndarray:
    """The first rows of the orthonormal DCT-II matrix, [_KEPT, size]."""
    frequency, place = np.arange(_KEPT)[:, None], np.arange(size)[None, :]
    rows = np.cos(np.pi * frequency * (2 * place + 1) / (2 * size))
    return np.asarray(rows * np.where(frequency == 0, np.sqrt(1 / size), np.sqrt(2 / size)))


_DCT = _cosines(SIDE)
_MIRROR = np.where(np.arange(_KEPT) % 2, -1.0, 1.0)
"""Mirroring a picture negates its odd horizontal frequencies and nothing else."""


def gray_thumbnail(picture: Image.Image) -> np.ndarray:
    """The whole picture squashed to [SIDE, SIDE] gray bytes."""
    # Gray last: reducing first costs less and gives the same means.
    enlarged = min(picture.size) < SIDE
    small = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC if enlarged else Image.Resampling.BOX)
    return np.asarray(small.convert("L"))


def _bits(frequencies: np.ndarray) -> bytes:
    """Which frequencies lie above the median of all but the mean brightness."""
    return np.packbits(frequencies.ravel() > np.median(frequencies.ravel()[1:])).tobytes()


def perceptual_hashes(thumbnail: np.ndarray) -> tuple[bytes, bytes]:
    """The hash of a thumbnail and of its mirror image, 8 bytes each."""
    frequencies = _DCT @ thumbnail.astype(np.float64) @ _DCT.T
    return _bits(frequencies), _bits(frequencies * _MIRROR)
