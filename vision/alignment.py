"""Whether one picture is another one cropped: the best correlation of their gray thumbnails.

A copy is taken to be the original with up to MAX_CUT cut off each side, perhaps mirrored. The
search goes from coarse to fine: every pair is tried under a grid of cuts at 12 x 12 pixels,
and those that fit at all are followed at 24 x 24. Correlation does not see brightness or
contrast, and gray does not see color. What covers a small part, such as a watermark, is left out
where the rest fits all the better.
"""

import numpy as np
from threadpoolctl import threadpool_limits

from vision.cuts import MAX_CUT, NEARBY, correlations, resampling
from vision.hashes import SIDE
from vision.loader import cores, in_order
from vision.overlays import uncovered
from vision.rows import Rows, distinct

Thumbnails = np.ndarray | Rows
"""Gray thumbnails, uint8 [n, SIDE, SIDE]."""

STEPS = (0.025, 0.0125, 0.00625)
"""How far each finer search looks around the best cuts so far, as shares of a side."""

HOPELESS = (0.8, 0.88, 0.93)
"""Correlations under which a pair is given up: after the coarse search, and after the first two finer ones.

Of some 3,400 copies on two webs that align at 0.96 or more in the end, none lay under 0.87, 0.93 and 0.95 there.
"""

_CHUNK = 256  # pairs, or originals, at a time: some 50 MB of hypotheses
_PAIRS = 8192  # pairs at a time, where all are of one original: 75 MB of thumbnails
_COARSE = (NEARBY + 1) * (MAX_CUT / 2)  # no cut, half of the largest or all of it, on either side
_COARSE_CUTS = resampling(_COARSE[:, 0], _COARSE[:, 1], SIDE // 4, SIDE // 2)


def _halved(thumbnails: np.ndarray) -> np.ndarray:
    rows = thumbnails[:, ::2] + thumbnails[:, 1::2]
    halved: np.ndarray = (rows[:, :, ::2] + rows[:, :, 1::2]) / np.float32(4)
    return halved


def _unit(pictures: np.ndarray) -> np.ndarray:
    """Zero mean and unit norm over the last two axes; a picture of one gray stays like nothing."""
    centered = pictures - pictures.mean((-2, -1), keepdims=True)
    norms = np.sqrt((centered**2).sum((-2, -1), keepdims=True))
    unit: np.ndarray = centered / np.maximum(norms, 1e-3)
    return unit


def _level(thumbnails: np.ndarray) -> np.ndarray:
    """Bytes as small numbers around 0, so that variances keep their digits."""
    levels = thumbnails.astype(np.float32)
    levels -= levels.mean((1, 2), keepdims=True)
    return levels


def _coarse_views(originals: np.ndarray) -> np.ndarray:
    """Each original under all 81 coarse cuts, as unit vectors: [m, 81, 144]."""
    small = _halved(originals)[:, None]
    narrowed = (small @ _COARSE_CUTS.swapaxes(-1, -2))[:, None]
    views = _COARSE_CUTS[:, None] @ narrowed  # [m, rows, columns, 12, 12]
    return _unit(views).reshape(len(originals), len(_COARSE_CUTS) ** 2, -1)


def _coarse(small: np.ndarray, originals: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best coarse cuts of each copy, as it is and mirrored, and its correlation there: both [p, 2].

    `which` [p] is the row of originals that each copy, `small` [p, SIDE / 4, SIDE / 4], is tried against, in order.
    """
    views = _coarse_views(originals)
    both = np.stack([small, small[:, :, ::-1]], 1).reshape(2 * len(small), -1)
    fits = np.empty((len(both), views.shape[1]), np.float32)
    edges = 2 * np.searchsorted(which, np.arange(len(originals) + 1))
    for view, start, end in zip(views, edges[:-1], edges[1:], strict=True):  # a product each: no view is copied
        np.matmul(both[start:end], view.T, out=fits[start:end])
    return fits.max(1).reshape(-1, 2), fits.argmax(1).reshape(-1, 2)


def _refined(copies: np.ndarray, originals: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The best fit of p pairs around their best coarse cuts, as far as each is searched."""
    row, column = np.divmod(place, len(_COARSE))
    y, x, hopeful = _COARSE[row], _COARSE[column], np.arange(len(copies))
    small, found = _halved(copies), np.zeros(len(copies), np.float32)
    normed = _unit(small)
    for step, enough in zip(STEPS, (*HOPELESS[1:], HOPELESS[-1]), strict=True):
        ys, xs = (np.clip(center[:, None] + NEARBY * step, 0, MAX_CUT) for center in (y, x))
        rows, columns = (resampling(cuts[..., 0], cuts[..., 1], SIDE // 2, SIDE) for cuts in (ys, xs))
        fits = correlations(normed[hopeful], originals[hopeful], rows, columns).reshape(len(hopeful), len(NEARBY) ** 2)
        found[hopeful], (row, column) = fits.max(1), np.divmod(fits.argmax(1), len(NEARBY))
        on = np.flatnonzero(fits.max(1) > enough)
        y, x, hopeful = ys[on, row[on]], xs[on, column[on]], hopeful[on]
    across, down = (resampling(cuts[:, 0], cuts[:, 1], SIDE // 2, SIDE) for cuts in (x, y))
    found[hopeful] = np.maximum(found[hopeful], uncovered(small[hopeful], down @ originals[hopeful] @ across.mT))
    return found


def _shrunk(thumbnails: Thumbnails, held: np.ndarray) -> np.ndarray:
    """The thumbnails of these rows as the coarse search compares them: [len(held), SIDE / 4, SIDE / 4]."""
    small = np.empty((len(held), SIDE // 4, SIDE // 4), np.float32)
    for start in range(0, len(held), _PAIRS):
        some = slice(start, start + _PAIRS)
        small[some] = _unit(_halved(_halved(_level(thumbnails[held[some]]))))
    return small


def _of_few(copies: Thumbnails, small: np.ndarray, originals: Thumbnails, pairs: np.ndarray) -> np.ndarray:
    """As `alignment`, for pairs [p, 2] in the order of their originals, which are few; `small` [p] are their copies."""
    held, which = np.unique(pairs[:, 1], return_inverse=True)
    theirs = _level(originals[held])
    found, place = _coarse(small, theirs, which)
    hopeful, mirrored = np.nonzero(found > HOPELESS[0])
    for some in np.split(np.arange(len(hopeful)), range(_CHUNK, len(hopeful), _CHUNK)):
        at, turned = hopeful[some], mirrored[some]
        ours = _level(copies[pairs[at, 0]])
        copy = np.where(turned[:, None, None], ours[:, :, ::-1], ours)
        found[at, turned] = _refined(copy, theirs[which[at]], place[at, turned])
    best: np.ndarray = found.max(1)
    return best


def alignment(copies: Thumbnails, originals: Thumbnails, pairs: np.ndarray) -> np.ndarray:
    """How surely each copy is its original under some crop, mirrored or not: float32 [p], 1 for a perfect fit.

    Both are gray thumbnails, uint8 [n, SIDE, SIDE] and [m, SIDE, SIDE]; `pairs` [p, 2] index
    them. A pair that was given up has the correlation it had then.
    """
    order = np.argsort(pairs[:, 1], kind="stable")
    found, held = np.zeros(len(pairs), np.float32), distinct(pairs[:, 1])
    tried = distinct(pairs[:, 0])
    small, which = _shrunk(copies, tried), np.searchsorted(tried, pairs[:, 0])
    edges = np.union1d(np.searchsorted(pairs[order, 1], held[_CHUNK::_CHUNK]), range(_PAIRS, len(pairs), _PAIRS))
    parts = np.split(order, edges.astype(np.int64)) if len(pairs) else []

    def of(some: np.ndarray) -> np.ndarray:
        return _of_few(copies, small[which[some]], originals, pairs[some])

    with threadpool_limits(1, "blas"):  # products this small: cores that share one wait longer than they work
        for some, fits in zip(parts, in_order(of, parts, cores(), 2 * cores()), strict=True):
            found[some] = fits
    return found
