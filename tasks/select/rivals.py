"""Whether a picture belongs to its own category or to another class that it is nearer to.

The costliest mistake of curation is a picture of a target class under a neighbor's name: it
teaches the classifier that the target is something else. Such a picture is like its parents and
often like its category too, so no bound on either finds it; it is nearer to its true class than
to the category that it was found for.

Every picture is compared with every other where that is affordable. Else it is compared with those
classes whose means are nearest to it, as many as hold the rivals that decide on a sample's pictures.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.select.labeled import Labeled, codes_of, nearness, places_by
from tasks.select.similarity import unit_mean
from vision.rows import Rows
from vision.search import AFFORDABLE_PRODUCTS, nearest_vectors

ALONE = 1.0
"""The margin of a picture whose category has no other picture to tell by."""

RECALL = 0.995
"""The share of the rivals that decide on a sample's pictures that must be among the classes that are looked into."""

SAMPLE = 1000
"""Pictures that are compared with every class, for how many are to be looked into."""

FEWEST = 16
"""Classes that are looked into at least, lest a sample with hardly such a rival says one."""

_BLOCK = 1 << 17  # pictures whose classes are looked into at a time
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Class:
    """The pictures of one class, one of each group of copies: vectors [n, dim], and their groups as numbers [n]."""

    name: str
    matrix: Rows
    groups: np.ndarray


@dataclass(frozen=True, slots=True)
class _Asked:
    """Pictures that are asked: vectors [n, dim], groups as numbers [n], and the number of their own class or -1 [n]."""

    matrix: Rows
    groups: np.ndarray
    own: np.ndarray

    def take(self, at: np.ndarray | slice) -> "_Asked":
        return _Asked(self.matrix.take(at), self.groups[at], self.own[at])


@dataclass(frozen=True, slots=True)
class _Near:
    """How near each picture is to its own class and to its nearest rival, -inf for none, and the rival's number."""

    own: np.ndarray
    rival: np.ndarray
    number: np.ndarray


LookedInto = Callable[[int], np.ndarray | slice]
"""From the number of a class to the places of the pictures that are compared with it."""


def _nearest(asked: _Asked, classes: Sequence[_Class], among: int, looked_into: LookedInto) -> _Near:
    own, rival = (np.full(len(asked.own), -np.inf) for _ in range(2))
    number = np.full(len(own), -1)
    for each, one in enumerate(classes):
        at = np.arange(len(own))[looked_into(each)]
        if not len(at):
            continue
        near = nearness(asked.matrix.take(at), asked.groups[at], one.matrix[:], one.groups, among)
        mine = asked.own[at] == each
        own[at[mine]] = near[mine]
        better = at[~mine & (near > rival[at])]
        rival[better], number[better] = near[~mine & (near > rival[at])], each
    return _Near(own, rival, number)


def _everyone(_: int) -> slice:
    return slice(None)


def _how_many(asked: _Asked, classes: Sequence[_Class], means: np.ndarray, among: int, least: float) -> int:
    """How many of the classes with the nearest means hold, beside a picture's own, the rival that decides on it."""
    some = asked.take(slice(None, None, max(1, len(asked.own) // SAMPLE)))
    near = _nearest(some, classes, among, _everyone)
    deciding = (near.number >= 0) & np.isfinite(near.own) & (near.rival > near.own - least)
    cosines = some.matrix[:] @ means.T
    ranks = (cosines > np.take_along_axis(cosines, np.maximum(near.number, 0)[:, None], 1)).sum(1)[deciding]
    count = max(FEWEST, 1 + int(np.quantile(ranks, RECALL, method="higher"))) if len(ranks) else FEWEST
    said = "%d classes: each picture is compared with the %d nearest by their means, which hold %d of %d that decide"
    _log.info(said, len(classes), count, (ranks < count).sum(), len(ranks))
    return count


def _shortlisted(asked: _Asked, classes: Sequence[_Class], means: np.ndarray, count: int, among: int) -> _Near:
    """By comparing each picture with its own class and with the `count` whose means are nearest."""
    places = nearest_vectors(asked.matrix, means, count).places
    others = np.where(places == asked.own[:, None], -1, places)
    pairs = np.concatenate([asked.own[:, None], others], axis=1)
    by_class = places_by(np.append(pairs.ravel() + 1, len(classes)))  # -1 stands first; every class has a place
    looked_into = [at[at < pairs.size] // pairs.shape[1] for at in by_class[1:]]
    return _nearest(asked, classes, among, looked_into.__getitem__)


def _found(
    asked: _Asked, classes: Sequence[_Class], among: int, least: float, open_ones: np.ndarray, affordable: float
) -> _Near:
    voters, dim = sum(len(one.groups) for one in classes), asked.matrix.shape[1]
    if len(asked.own) * voters * dim <= affordable:
        return _nearest(asked, classes, among, _everyone)
    means = np.stack([unit_mean(one.matrix[:]) for one in classes])
    count = _how_many(asked.take(open_ones), classes, means, among, least)
    blocks = [
        _shortlisted(asked.take(slice(start, start + _BLOCK)), classes, means, count, among)
        for start in range(0, len(asked.own), _BLOCK)
    ]
    return _Near(*(np.concatenate([getattr(block, name) for block in blocks]) for name in ("own", "rival", "number")))


def margins(
    asked: Labeled,
    voters: Sequence[Labeled],
    among: int,
    least: float = 0.0,
    open_ones: np.ndarray | None = None,
    affordable: float = AFFORDABLE_PRODUCTS,
) -> tuple[np.ndarray, Sequence[str]]:
    """How much nearer each picture is to its own class than to the nearest other, and that other's name.

    Nearness is the mean cosine to the `among` nearest pictures of a class, copies as one; a
    class with fewer is judged by those it has. A picture alone in its class has the margin ALONE.
    No class is in two of the `voters`. Where all pairs are more than `affordable` multiplications, margins over
    `least` may be told too large: not all classes are looked into, but as many as those pictures need that it decides
    on, `open_ones` [n], a mask; without one all of them.
    """
    groups, *theirs = codes_of(asked.groups, *(each.groups for each in voters))
    classes = [
        _Class(name, Rows.of(each.matrix).take(places), group[places])
        for each, group in zip(voters, theirs, strict=True) for name, places in each.by_class()
    ]  # fmt: skip
    numbers = {one.name: number for number, one in enumerate(classes)}
    own = np.array([numbers.get(name, -1) for name in asked.classes], np.int64)
    everyone = np.ones(len(own), bool) if open_ones is None else open_ones
    near = _found(_Asked(Rows.of(asked.matrix), groups, own), classes, among, least, everyone, affordable)
    judged = np.isfinite(near.own) & np.isfinite(near.rival)
    margin = np.where(judged, np.where(judged, near.own, 0) - np.where(judged, near.rival, 0), ALONE)
    names = [*(one.name for one in classes), ""]  # the last is that of -1
    return margin, [names[number] for number in near.number.tolist()]
