"""Copies among the candidates themselves: one of each group is kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from storage.records import Crawled, Decision, DropReason
from tasks.select.copies import copy_scores, nominate
from vision.vectors import Vectors


def size_order(candidates: Iterable[Crawled]) -> dict[str, tuple[int, str]]:
    """By digest, what sorts larger pictures first, then by digest."""
    return {row.digest: (-row.width * row.height, row.digest) for row in candidates if row.digest is not None}


def _joined(roots: np.ndarray, one: int, other: int) -> np.ndarray:
    """The roots after two groups become one, whose root is the earlier row."""
    first, second = sorted((int(roots[one]), int(roots[other])))
    return np.where(roots == second, first, roots)


def _grouped(pictures: Vectors, least: float, shortlist: int) -> np.ndarray:
    """The first row of every row's group of copies: [n].

    Firsts are searched for copies again until there are none, because a crowd of near
    pictures may hide a copy from the shortlist. So to group the firsts once more changes nothing.
    """
    count = len(pictures.rows)
    roots, firsts, judged = np.arange(count), np.arange(count), np.zeros(0, np.int64)
    while True:
        held = pictures.take(firsts)
        pairs = firsts[nominate(held, held, shortlist)]
        codes = pairs @ np.array([count, 1])
        pairs, judged = pairs[~np.isin(codes, judged)], np.union1d(codes, judged)
        for one, other in pairs[copy_scores(pictures, pictures, pairs) >= least]:
            roots = _joined(roots, one, other)
        if len(np.unique(roots)) == len(firsts):
            return roots
        firsts = np.unique(roots)


def copy_groups(
    pictures: Vectors, order: Mapping[str, tuple[int, str]], least: float, shortlist: int
) -> dict[str, str]:
    """The digest that stands for each digest's group of copies: the first by `order`."""
    ordered = pictures.of(sorted((row.digest for row in pictures.rows), key=order.__getitem__))
    digests = [row.digest for row in ordered.rows]
    return {digest: digests[root] for digest, root in zip(digests, _grouped(ordered, least, shortlist), strict=True)}


def _scores(pictures: Vectors, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """How surely each pair of digests are copies; the same bytes are for certain."""
    places = pictures.places
    rows = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    scores = np.where(rows[:, 0] == rows[:, 1], 1.0, copy_scores(pictures, pictures, rows))
    return [float(score) for score in scores]


def drop_duplicates(
    rows: Sequence[Decision], pictures: Vectors, groups: Mapping[str, str], order: Mapping[str, tuple[int, str]]
) -> list[Decision]:
    """The rows with one of each group left: the largest, then the likest to its parents, then the first by key."""
    by_group = defaultdict(list)
    for row in rows:
        if row.reason is None and row.digest in groups:
            by_group[groups[row.digest]].append(row)
    stands: dict[tuple[str, str], Decision] = {}
    for members in by_group.values():
        best, *rest = sorted(members, key=lambda row: (order[row.digest][0], -row.similarity, row.key, row.neighbor))
        stands.update({(row.key, row.neighbor): best for row in rest})
    dropped = [row for row in rows if (row.key, row.neighbor) in stands]
    pairs = [(row.digest, stands[row.key, row.neighbor].digest) for row in dropped]
    scores = dict(zip(((row.key, row.neighbor) for row in dropped), _scores(pictures, pairs), strict=True))
    return [
        replace(row, reason=DropReason.DUPLICATE, copy_of=stands[key].key, copy_score=scores[key])
        if (key := (row.key, row.neighbor)) in stands
        else row
        for row in rows
    ]
