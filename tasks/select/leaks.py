"""Candidates that copy a picture which must not come again: of the target set, or of an earlier data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage.errors import LeakShipped
from storage.records import Cataloged, Decision, DropReason, TargetPicture
from tasks.select.copies import copy_scores, nominate
from vision.vectors import Vectors

WIDER = 3
"""How many times as many pictures a kept one is compared with before it may be shipped."""

NAMED = 3
"""How many leaks an error names."""


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


def find_copies(candidates: Vectors, held: Held, least: float, shortlist: int) -> dict[str, Match]:
    """The surest match of every candidate that copies a held picture, by the candidate's digest."""
    theirs = held.vectors.take([i for i, row in enumerate(held.vectors.rows) if row.digest in held.names])
    pairs = nominate(candidates, theirs, shortlist)
    found: dict[str, Match] = {}
    for (one, other), score in zip(pairs, copy_scores(candidates, theirs, pairs), strict=True):
        digest, match = candidates.rows[one].digest, Match(held.names[theirs.rows[other].digest], float(score))
        if score >= least and (digest not in found or match.score > found[digest].score):
            found[digest] = match
    same_bytes = {row.digest: Match(held.names[row.digest], 1.0) for row in candidates.rows if row.digest in held.names}
    return found | same_bytes


def check_shipped(kept: Vectors, held: Held, least: float, shortlist: int) -> None:
    """Raise LeakShipped where a picture that is to be kept copies a target picture, looked for WIDER than before."""
    leaks = find_copies(kept, held, least, WIDER * shortlist)
    if leaks:
        some = [f"{digest[:12]} copies {match.name} ({match.score:.3f})" for digest, match in sorted(leaks.items())]
        raise LeakShipped(
            f"{len(leaks)} kept pictures copy target pictures, such as {'; '.join(some[:NAMED])}",
            f"raise select.shortlist over {shortlist}, so that they are compared with more pictures",
        )


def find_leaks(
    candidates: Vectors, targets: Sequence[TargetPicture], target_vectors: Vectors, least: float, shortlist: int
) -> dict[str, Match]:
    """The surest match of every candidate that copies a target picture, by the candidate's digest."""
    return find_copies(candidates, of_targets(targets, target_vectors), least, shortlist)
