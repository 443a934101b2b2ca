"""Copies among the candidates themselves: one of each group is kept, where there is room for one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from storage.records import Decision, DropReason
from tasks.select.cap import kept_places
from tasks.select.copies import copy_scores, nominate
from tasks.select.fetched import Fetched
from vision.vectors import Vectors


def size_order(candidates: Iterable[Fetched]) -> dict[str, tuple[int, str]]:
    """By digest, what sorts larger pictures first, then by digest."""
    return {row.digest: (-row.width * row.height, row.digest) for row in candidates}


def _root(parents: list[int], row: int) -> int:
    """The first row of a row's group; what is passed on the way is hung nearer to it."""
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


def _join(parents: list[int], pairs: np.ndarray) -> None:
    """Make one group of the groups of each pair, with the earlier root."""
    for one, other in pairs.tolist():
        first, second = sorted((_root(parents, one), _root(parents, other)))
        parents[second] = first


def components(count: int, pairs: np.ndarray) -> np.ndarray:
    """The first row of the group of each of `count` rows, [n]: rows that `pairs` [p, 2] join, over others too."""
    parents = list(range(count))
    _join(parents, pairs)
    return np.array([_root(parents, row) for row in parents], np.int64)


def _grouped(pictures: Vectors, least: float, shortlist: int) -> np.ndarray:
    """The first row of every row's group of copies: [n].

    Firsts are searched for copies again until there are none, because a crowd of near
    pictures may hide a copy from the shortlist. So to group the firsts once more changes nothing.
    """
    count = len(pictures)
    firsts, judged, copies = np.arange(count), np.zeros(0, np.int64), np.zeros((0, 2), np.int64)
    while True:
        held = pictures.take(firsts)
        pairs = firsts[nominate(held, held, shortlist)]
        codes = pairs @ np.array([count, 1])
        pairs, judged = pairs[~np.isin(codes, judged)], np.union1d(codes, judged)
        copies = np.concatenate([copies, pairs[copy_scores(pictures, pictures, pairs) >= least]])
        roots = components(count, copies)
        left = np.unique(roots)
        if len(left) == len(firsts):
            return roots
        firsts = left


def copy_groups(
    pictures: Vectors, order: Mapping[str, tuple[int, str]], least: float, shortlist: int
) -> dict[str, str]:
    """The digest that stands for each digest's group of copies: the first by `order`."""
    ordered = pictures.of(sorted(pictures.digests, key=order.__getitem__))
    digests = ordered.digests
    return {digest: digests[root] for digest, root in zip(digests, _grouped(ordered, least, shortlist), strict=True)}


def _scores(pictures: Vectors, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """How surely each pair of digests are copies; the same bytes are for certain."""
    places = pictures.places
    rows = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    scores = np.where(rows[:, 0] == rows[:, 1], 1.0, copy_scores(pictures, pictures, rows))
    return [float(score) for score in scores]


def _groups(
    rows: Sequence[Decision], groups: Mapping[str, str], order: Mapping[str, tuple[int, str]]
) -> list[list[Decision]]:
    """The open rows of each group: the largest first, then the likest to its parents, then the first by key."""
    by_group = defaultdict(list)
    for row in rows:
        if row.reason is None and row.digest in groups:
            by_group[groups[row.digest]].append(row)
    for members in by_group.values():
        members.sort(key=lambda row: (order[row.digest][0], -row.similarity, row.key, row.neighbor))
    return list(by_group.values())


def drop_duplicates(
    rows: Sequence[Decision],
    pictures: Vectors,
    groups: Mapping[str, str],
    order: Mapping[str, tuple[int, str]],
    cap: int | None = None,
) -> list[Decision]:
    """The rows with one of each group left: the first that its category, which keeps `cap` of them, has room for."""
    over, stands = set[tuple[str, str]](), dict[tuple[str, str], Decision]()
    held = _groups(rows, groups, order)
    for members, place in zip(held, kept_places(held, cap), strict=True):
        over.update((row.key, row.neighbor) for row in members[:place])
        stands.update({(row.key, row.neighbor): members[place] for row in members[place + 1 :]})
    dropped = [row for row in rows if (row.key, row.neighbor) in stands]
    pairs = [(row.digest, stands[row.key, row.neighbor].digest) for row in dropped]
    scores = dict(zip(((row.key, row.neighbor) for row in dropped), _scores(pictures, pairs), strict=True))

    def judged(row: Decision) -> Decision:
        key = row.key, row.neighbor  # the same URL may have been found for two categories: the key alone would not tell
        if key in over:
            return replace(row, reason=DropReason.OVER_CAP)
        if key not in stands:
            return row
        kept = stands[key]
        return replace(
            row, reason=DropReason.DUPLICATE, copy_of=kept.key, copy_score=scores[key],
            detail=f"kept for {kept.neighbor}",
        )  # fmt: skip

    return [judged(row) for row in rows]
