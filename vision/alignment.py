"""Whether one picture is another one cropped: the best correlation of their gray thumbnails.

A copy is taken to be the original with up to MAX_CUT cut off each side, perhaps mirrored.
Each axis is cut on its own, so a cut is a small resampling matrix: with R_y and R_x those of
one hypothesis and T the original's thumbnail, the copy should look like R_y T R_x^T. Of
<C, R_y T R_x^T> and of the norm under it everything but one small product is shared by all
cuts of the other axis, so a grid of cuts costs little more than one. The search goes from
coarse to fine. Correlation does not see brightness or contrast, and gray does not see color.
"""

import numpy as np

from vision.hashes import SIDE

MAX_CUT = 0.1
"""Largest share of a side that is thought to be cut away."""

STEPS = (0.025, 0.0125, 0.00625)
"""How far each finer search looks around the best cuts so far, as shares of a side."""

HOPELESS = 0.7
"""A pair that correlates less than this after the coarse search is not searched finely."""

_CHUNK = 256  # pairs at a time: about 50 MB of hypotheses
_NEARBY = np.array([(before, after) for before in (-1, 0, 1) for after in (-1, 0, 1)], np.float32)


def _cuts(before: np.ndarray, after: np.ndarray, pixels: int, source: int) -> np.ndarray:
    """Resampling matrices [..., pixels, source]: what stays between two cuts, averaged by area to `pixels`."""
    kept = (1 - before - after) * source
    edges = (before * source)[..., None] + kept[..., None] * np.linspace(0, 1, pixels + 1, dtype=np.float32)
    low, high = edges[..., :-1, None], edges[..., 1:, None]
    column = np.arange(source, dtype=np.float32)
    overlap = np.clip(np.minimum(high, column + 1) - np.maximum(low, column), 0, None)
    weights: np.ndarray = (overlap / (high - low)).astype(np.float32)
    return weights


def _halved(thumbnails: np.ndarray) -> np.ndarray:
    n, side = thumbnails.shape[0], thumbnails.shape[1] // 2
    halved: np.ndarray = thumbnails.reshape(n, side, 2, side, 2).mean((2, 4), dtype=np.float32)
    return halved


def _unit(thumbnails: np.ndarray) -> np.ndarray:
    centered = thumbnails - thumbnails.mean((1, 2), keepdims=True)
    norms = np.sqrt((centered**2).sum((1, 2), keepdims=True))
    unit: np.ndarray = centered / np.maximum(norms, 1e-6)  # a picture of one gray is like nothing
    return unit


def _correlations(copies: np.ndarray, originals: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
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


def _best(correlations: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest correlation of each pair, and which cuts of rows and of columns gave it."""
    flat = correlations.reshape(len(correlations), correlations.shape[1] * correlations.shape[2])
    place = flat.argmax(1)
    row, column = np.divmod(place, correlations.shape[2])
    return flat[np.arange(len(flat)), place], row, column


def _aligned(copies: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """The best correlation of each pair in the given orientation; float32 thumbnails [p, SIDE, SIDE]."""
    every = (_NEARBY + 1) * (MAX_CUT / 2)
    coarse = _cuts(every[:, 0], every[:, 1], SIDE // 4, SIDE // 2)[None]
    small = _unit(_halved(copies))
    best, row, column = _best(_correlations(_unit(_halved(_halved(copies))), _halved(originals), coarse, coarse))
    found, center_y, center_x = best.copy(), every[row], every[column]
    live = np.flatnonzero(best > HOPELESS)
    for step in STEPS:
        y, x = (np.clip(c[live, None] + _NEARBY * step, 0, MAX_CUT) for c in (center_y, center_x))
        rows, columns = (_cuts(cut[..., 0], cut[..., 1], SIDE // 2, SIDE) for cut in (y, x))
        best, row, column = _best(_correlations(small[live], originals[live], rows, columns))
        places = np.arange(len(live))
        found[live], center_y[live], center_x[live] = best, y[places, row], x[places, column]
    return found


def alignment(copies: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """How surely each copy is its original under some crop, mirrored or not: float32 [p], 1 for a perfect fit.

    Both are gray thumbnails, uint8 [p, SIDE, SIDE]; pair i is copies[i] with originals[i].
    """
    found = np.zeros(len(copies), np.float32)
    for start in range(0, len(copies), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        ours, theirs = copies[chunk].astype(np.float32), originals[chunk].astype(np.float32)
        theirs -= theirs.mean((1, 2), keepdims=True)  # small numbers, so that variances keep their digits
        found[chunk] = np.maximum(_aligned(ours, theirs), _aligned(ours[:, :, ::-1], theirs))
    return found
