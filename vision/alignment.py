"""Whether one picture is another one cropped: the best correlation of their gray thumbnails.

A copy is taken to be the original with up to MAX_CUT cut off each side, perhaps mirrored. The
search goes from coarse to fine: every pair is tried under a grid of cuts at 12 x 12 pixels,
and those that fit at all are followed at 24 x 24. Correlation does not see brightness or
contrast, and gray does not see color.
"""

import numpy as np

from vision.cuts import MAX_CUT, NEARBY, correlations, resampling
from vision.hashes import SIDE

STEPS = (0.025, 0.0125, 0.00625)
"""How far each finer search looks around the best cuts so far, as shares of a side."""

HOPELESS = (0.8, 0.88, 0.93)
"""Correlations under which a pair is given up: after the coarse search, and after the first two finer ones.

Of some 3,400 copies on two webs that align at 0.96 or more in the end, none lay under 0.87, 0.93 and 0.95 there.
"""

_CHUNK = 256  # pairs, or originals, at a time: some 50 MB of hypotheses
_COARSE = (NEARBY + 1) * (MAX_CUT / 2)  # no cut, half of the largest or all of it, on either side


def _halved(thumbnails: np.ndarray) -> np.ndarray:
    n, side = thumbnails.shape[0], thumbnails.shape[1] // 2
    halved: np.ndarray = thumbnails.reshape(n, side, 2, side, 2).mean((2, 4), dtype=np.float32)
    return halved


def _unit(pictures: np.ndarray) -> np.ndarray:
    """Zero mean and unit norm over the last two axes; a picture of one gray stays like nothing."""
    centered = pictures - pictures.mean((-2, -1), keepdims=True)
    norms = np.sqrt((centered**2).sum((-2, -1), keepdims=True))
    unit: np.ndarray = centered / np.maximum(norms, 1e-3)
    return unit


def _coarse_views(originals: np.ndarray) -> np.ndarray:
    """Each original under all 81 coarse cuts, as unit vectors: [m, 81, 144]."""
    cuts = resampling(_COARSE[:, 0], _COARSE[:, 1], SIDE // 4, SIDE // 2)
    small = _halved(originals)[:, None]
    views = cuts[:, None] @ (small @ cuts.swapaxes(-1, -2))[:, None]  # [m, rows, columns, 12, 12]
    return _unit(views).reshape(len(originals), len(cuts) ** 2, -1)


def _coarse(copies: np.ndarray, originals: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best coarse cuts of each pair and its correlation there; `pairs` [p, 2] index both."""
    small = _unit(_halved(_halved(copies))).reshape(len(copies), (SIDE // 4) ** 2, 1)
    found, place = np.zeros(len(pairs), np.float32), np.zeros(len(pairs), np.int64)
    for start in range(0, len(originals), _CHUNK):
        views = _coarse_views(originals[start : start + _CHUNK])
        here = np.flatnonzero((pairs[:, 1] >= start) & (pairs[:, 1] < start + _CHUNK))
        for some in np.split(here, range(_CHUNK, len(here), _CHUNK)):
            fits = (views[pairs[some, 1] - start] @ small[pairs[some, 0]])[..., 0]
            found[some], place[some] = fits.max(1), fits.argmax(1)
    return found, place


def _refined(copies: np.ndarray, originals: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The best correlation of p pairs around their best coarse cuts, as far as each is searched."""
    row, column = np.divmod(place, len(_COARSE))
    y, x, hopeful = _COARSE[row], _COARSE[column], np.arange(len(copies))
    small, found = _unit(_halved(copies)), np.zeros(len(copies), np.float32)
    for step, enough in zip(STEPS, (*HOPELESS[1:], 1.0), strict=True):
        ys, xs = (np.clip(center[:, None] + NEARBY * step, 0, MAX_CUT) for center in (y, x))
        rows, columns = (resampling(cuts[..., 0], cuts[..., 1], SIDE // 2, SIDE) for cuts in (ys, xs))
        fits = correlations(small[hopeful], originals[hopeful], rows, columns).reshape(len(hopeful), len(NEARBY) ** 2)
        found[hopeful], (row, column) = fits.max(1), np.divmod(fits.argmax(1), len(NEARBY))
        on = np.flatnonzero(fits.max(1) > enough)
        y, x, hopeful = ys[on, row[on]], xs[on, column[on]], hopeful[on]
    return found


def _one_way(copies: np.ndarray, originals: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    found, place = _coarse(copies, originals, pairs)
    hopeful = np.flatnonzero(found > HOPELESS[0])
    for some in np.split(hopeful, range(_CHUNK, len(hopeful), _CHUNK)):
        copy, original = pairs[some].T
        found[some] = _refined(copies[copy], originals[original], place[some])
    return found


def alignment(copies: np.ndarray, originals: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """How surely each copy is its original under some crop, mirrored or not: float32 [p], 1 for a perfect fit.

    Both are gray thumbnails, uint8 [n, SIDE, SIDE] and [m, SIDE, SIDE]; `pairs` [p, 2] index
    them. A pair that was given up has the correlation it had then.
    """
    ours, theirs = copies.astype(np.float32), originals.astype(np.float32)
    theirs -= theirs.mean((1, 2), keepdims=True)  # small numbers, so that variances keep their digits
    found: np.ndarray = np.maximum(_one_way(ours, theirs, pairs), _one_way(ours[:, :, ::-1], theirs, pairs))
    return found
