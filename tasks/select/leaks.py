"""Candidates that copy a picture which must not come again: of the target set, or of an earlier data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from storage.errors import LeakShipped
from storage.records import Cataloged, Decision, DropReason, TargetPicture
from tasks.select.copies import copy_scores, nominate
from vision.vectors import Vectors

WIDER = 3
"""How many times as many pictures a kept one is compared with before it may be shipped."""

NAMED = 3
"""How many leaks an error names."""

_BLOCK = 1 << 17  # candidates whose pairs are held at a time: some GB


@dataclass(frozen=True, slots=True)
class Match:
    """The picture that a candidate copies, and how surely, in [0, 1]."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Held:
    """Pictures that must not come again: what each is called, by digest, and how they look."""

    names: Mapping[str, str]
    vectors: Vectors


def of_targets(targets: Sequence[TargetPicture], vectors: Vectors) -> Held:
    """Every target picture, of whichever split, as "split:key"; of equal pictures the first by name."""
    named = sorted(((f"{target.split}:{target.key}", target.digest) for target in targets), reverse=True)
    return Held({digest: name for name, digest in named}, vectors)


def of_catalog(cataloged: Sequence[Cataloged], vectors: Vectors) -> Held:
    """Every picture of a data set that is there already, as "earlier:key"."""
    named = sorted(((f"earlier:{row.key}", row.digest) for row in cataloged), reverse=True)
    return Held({digest: name for name, digest in named}, vectors)


def dropped(rows: Sequence[Decision], found: Mapping[str, Match], reason: DropReason) -> list[Decision]:
    """The rows with every copy dropped for this reason, and with what it copies, where none dropped it before."""
    return [
        replace(row, reason=reason, copy_of=found[row.digest].name, copy_score=found[row.digest].score)
        if row.reason is None and row.digest in found
        else row
        for row in rows
    ]


def _surer(one: Match, other: Match) -> bool:
    return (-one.score, one.name) < (-other.score, other.name)


def _surest(
    candidates: Vectors, theirs: Vectors, names: Sequence[str], least: float, shortlist: int
) -> dict[str, Match]:
    """The surest match of each candidate that copies one of `theirs`, which are called by `names` [m]."""
    pairs, found = nominate(candidates, theirs, shortlist), dict[str, Match]()
    scores = copy_scores(candidates, theirs, pairs)
    for at in np.flatnonzero(scores >= least).tolist():
        digest, match = candidates.digests[pairs[at, 0]], Match(names[pairs[at, 1]], float(scores[at]))
        if digest not in found or _surer(match, found[digest]):
            found[digest] = match
    return found


def find_copies(candidates: Vectors, held: Held, least: float, shortlist: int) -> dict[str, Match]:
    """The surest match of every candidate that copies a held picture, by the candidate's digest."""
    theirs = held.vectors.take([i for i, digest in enumerate(held.vectors.digests) if digest in held.names])
    names = [held.names[digest] for digest in theirs.digests]
    found: dict[str, Match] = {}
    for start in range(0, len(candidates), _BLOCK):
        some = candidates.take(np.arange(start, min(start + _BLOCK, len(candidates))))
        found |= _surest(some, theirs, names, least, shortlist)
    return found | {digest: Match(held.names[digest], 1.0) for digest in candidates.digests if digest in held.names}


def _without(candidates: Vectors, found: Mapping[str, Match]) -> Vectors:
    return candidates.take([place for place, digest in enumerate(candidates.digests) if digest not in found])


def find_all(candidates: Vectors, held: Held, least: float, shortlist: int) -> dict[str, Match]:
    """As `find_copies`, and the copies of those copies: two crops of one picture may lie too far apart to be told."""
    found = newest = find_copies(candidates, held, least, shortlist)
    while newest:
        known = Held({digest: match.name for digest, match in newest.items()}, candidates)
        newest = find_copies(_without(candidates, found), known, least, shortlist)
        found = found | newest
    return found


def check_shipped(kept: Vectors, held: Held, leaks: Held, least: float, shortlist: int) -> None:
    """Raise LeakShipped where a picture that is to be kept copies a held one or one of the `leaks` that were dropped.

    It is looked for WIDER than before.
    """
    copies = [find_copies(kept, known, least, WIDER * shortlist) for known in (held, leaks)]
    leaks_found = copies[1] | copies[0]
    if leaks_found:
        some = [
            f"{digest[:12]} copies {match.name} ({match.score:.3f})" for digest, match in sorted(leaks_found.items())
        ]
        raise LeakShipped(
            f"{len(leaks_found)} kept pictures copy target pictures, such as {'; '.join(some[:NAMED])}",
            f"raise select.shortlist over {shortlist}, so that they are compared with more pictures",
        )
