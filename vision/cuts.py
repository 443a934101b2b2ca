"""Crops as small resampling matrices, and how well a copy fits an original under many of them at once.

Each axis is cut on its own: with R_y and R_x the matrices of one hypothesis and T the
original's thumbnail, the cut original is R_y T R_x^T. Of its inner product with the copy C,
and of its norm, all but one small product is shared by the cuts of the other axis, so a grid
of cuts costs little more than one.
"""

import numpy as np

MAX_CUT = 0.1
"""Largest share of a side that is thought to be cut away."""

NEARBY = np.array([(before, after) for before in (-1, 0, 1) for after in (-1, 0, 1)], np.float32)
"""The steps from one pair of cuts (before, after) on an axis to itself and its eight neighbors."""


def resampling(before: np.ndarray, after: np.ndarray, pixels: int, source: int) -> np.ndarray:
    """Resampling matrices [..., pixels, source]: the means of what stays between two cuts, in `pixels` parts.

    Pixels are means too, so their running sum is known at every pixel's edge; between edges it is the cubic through
    the four nearest. (Straight lines, that is pixels of one gray, blur fine texture: copies fit worse.) `source` >= 3.
    """
    kept = (1 - before - after) * source
    edges = (before * source)[..., None] + kept[..., None] * np.linspace(0, 1, pixels + 1, dtype=np.float32)
    first = np.clip(np.floor(edges) - 1, 0, source - 3)
    t = edges - first  # from the first of the four edges
    sums = (np.arange(source) < first[..., None]).astype(np.float32)  # how far each pixel counts towards the edge
    ahead = (1 + (t - 1) * (t - 2) * (t - 3) / 6, t * (t - 1) * (2 * t - 7) / -6, t * (t - 1) * (t - 2) / 6)
    for offset, weight in enumerate(ahead):
        np.put_along_axis(sums, (first + offset)[..., None].astype(np.int64), weight[..., None], axis=-1)
    weights: np.ndarray = (np.diff(sums, axis=-2) * (pixels / kept)[..., None, None]).astype(np.float32)
    return weights


def correlations(copies: np.ndarray, originals: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Correlation of p pairs under every pair of cuts: [p, h of rows, h of columns].

    `copies` [p, o, o] have zero mean and unit norm; `originals` are [p, s, s]; `rows` and
    `columns` are resampling matrices [p or 1, h, o, s].
    """
    p, o, s, h = len(copies), copies.shape[1], originals.shape[1], rows.shape[1]
    narrowed = originals[:, None] @ columns.swapaxes(-1, -2)  # T R_x^T: [p, h, s, o]
    against = (narrowed @ copies[:, None].swapaxes(-1, -2)).reshape(p, h, s * o)
    inner = rows.swapaxes(-1, -2).reshape(-1, h, s * o) @ against.swapaxes(-1, -2)
    grams = (narrowed @ narrowed.swapaxes(-1, -2)).reshape(p, h, s * s)
    squares = (rows.swapaxes(-1, -2) @ rows).reshape(-1, h, s * s) @ grams.swapaxes(-1, -2)
    means = rows.mean(-2) @ narrowed.mean(-1).swapaxes(-1, -2)
    found: np.ndarray = inner / np.sqrt(np.maximum(squares - (o * means) ** 2, 1e-3))
    return found
