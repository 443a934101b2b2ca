"""Which pictures of two data sets are copies of one another, or which of a single one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from storage.records import Cataloged, CopyKind, Leak
from tasks.select.compare.config import CompareConfig
from tasks.select.copies import copy_scores, nominate
from vision.vectors import Vectors


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set's pictures, and what is known of the readable ones."""

    pictures: Sequence[Cataloged]
    vectors: Vectors

    @property
    def keys(self) -> dict[str, list[str]]:
        """The keys of each digest, sorted."""
        held: dict[str, list[str]] = {}
        for row in sorted(self.pictures, key=lambda row: row.key):
            held.setdefault(row.digest, []).append(row.key)
        return held


def _nominated(a: Vectors, b: Vectors, shortlist: int) -> np.ndarray:
    """Pairs worth judging, [p, 2], but for those of the same bytes.

    Each side names its nearest: a picture with more copies on the other side than a shortlist holds is one of each
    copy's own nearest.
    """
    pairs = nominate(a, b, shortlist)
    if a is b:
        return pairs
    pairs = np.concatenate([pairs, nominate(b, a, shortlist)[:, ::-1]])
    ours, theirs = np.divmod(np.unique(pairs @ np.array([len(b), 1])), len(b))
    places = b.places
    twins = np.array([places.get(digest, -1) for digest in a.digests], np.int64)
    others: np.ndarray = np.stack([ours, theirs], axis=1)[twins[ours] != theirs]
    return others


def _aligned(a: Vectors, b: Vectors, config: CompareConfig) -> Iterator[tuple[str, str, float]]:
    """The digests of each pair of copies, and how surely they are."""
    pairs = _nominated(a, b, config.shortlist)
    scores = copy_scores(a, b, pairs)
    for at in np.flatnonzero(scores >= config.score):
        one, other = pairs[at]
        yield a.digests[one], b.digests[other], min(float(scores[at]), 1.0)


def _every(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each key of both sides at least once, not all with all: equal files may be many."""
    yield from ((one, theirs[0]) for one in ours)
    yield from ((ours[0], other) for other in theirs[1:])


def _same_bytes(a: Mapping[str, Sequence[str]], b: Mapping[str, Sequence[str]], same: bool) -> Iterator[Leak]:
    for digest in a.keys() & b.keys():
        first, *others = a[digest]
        pairs: Iterable[tuple[str, str]] = (
            ((first, other) for other in others) if same else _every(a[digest], b[digest])
        )
        yield from (Leak(one, other, 1.0, CopyKind.SAME_BYTES) for one, other in pairs)


def find_copies(a: DataSet, b: DataSet, config: CompareConfig) -> list[Leak]:
    """The pictures of `a` that copy one of `b`, surest first; where a is b, the duplicates in it, each pair once.

    Of files with the same bytes each is in some pair, not in all: with the first by key on the other side.
    """
    keys, others = a.keys, b.keys
    rows = list(_same_bytes(keys, others, same=a is b))
    for one, other, score in _aligned(a.vectors, b.vectors, config):
        rows += [Leak(ours, theirs, score, CopyKind.ALIGNED) for ours, theirs in _every(keys[one], others[other])]
    return sorted(rows, key=lambda row: (-row.score, row.kind, row.b, row.a))
