"""Whether two aligned pictures agree but for a small part, as a copy with a watermark and its original do."""

import numpy as np

COVERED = 0.15
"""The share of a picture that may be covered: as many of its cells, those that agree least, are left out."""

STRICTNESS = 15.0
"""How much surer the rest must be: its correlation's distance to 1 counts so many times.

Without their worst cells different pictures agree better too. Of the 56,896 nearest pairs of Grocery's photographs
the surest of different ones is at 0.9972 then, 0.958 after this; watermarked copies are at 0.9999 and more.
"""

_ROUNDS = 3
_FLAT = 1e-3  # of squared gray levels: nothing to agree on


def _line(copies: np.ndarray, originals: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each cell is off the line through the counted ones, and their correlation: [p, cells], [p]."""
    shares = counted / counted.sum(1, keepdims=True)
    ours, theirs = (side - (shares * side).sum(1, keepdims=True) for side in (copies, originals))
    inner, square, other = ((shares * product).sum(1) for product in (ours * theirs, theirs**2, ours**2))
    slopes = inner / np.maximum(square, _FLAT)
    return np.abs(ours - slopes[:, None] * theirs), inner / np.sqrt(np.maximum(square * other, _FLAT))


def uncovered(copies: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """How surely pictures that lie on one another agree where nothing covers them: [p], 1 for perfectly.

    Both are gray, float32 [p, side, side]; brightness and contrast do not count.
    """
    p, cells = len(copies), copies.shape[1] * copies.shape[2]
    ours, theirs = copies.reshape(p, cells), originals.reshape(p, cells)
    kept, counted = round(cells * (1 - COVERED)), np.ones((p, cells), np.float32)
    for _ in range(_ROUNDS):  # what is left out changes the line, and so what is left out
        off, _ = _line(ours, theirs, counted)
        counted = (off <= np.partition(off, kept - 1, axis=1)[:, kept - 1 : kept]).astype(np.float32)
    agreed: np.ndarray = 1 - STRICTNESS * (1 - _line(ours, theirs, counted)[1])
    return agreed
