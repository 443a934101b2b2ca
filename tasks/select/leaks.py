"""Candidates that copy a picture of the target data set, whichever split it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage.records import Decision, DropReason, TargetPicture
from tasks.select.copies import copy_scores, nominate
from vision.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Match:
    """The picture that a candidate copies, and how surely, in [0, 1]."""

    name: str
    score: float


def _names(targets: Sequence[TargetPicture]) -> dict[str, str]:
    """What a target picture is called in a decision, by digest; of equal pictures the first by name."""
    named = sorted(((f"{target.split}:{target.key}", target.digest) for target in targets), reverse=True)
    return {digest: name for name, digest in named}


def drop_leaks(rows: Sequence[Decision], leaks: Mapping[str, Match]) -> list[Decision]:
    """The rows with every leak dropped, and with what it copies."""
    return [
        replace(row, reason=DropReason.LEAK, copy_of=leaks[row.digest].name, copy_score=leaks[row.digest].score)
        if row.digest in leaks
        else row
        for row in rows
    ]


def find_leaks(
    candidates: Vectors, targets: Sequence[TargetPicture], target_vectors: Vectors, least: float, shortlist: int
) -> dict[str, Match]:
    """The surest match of every candidate that copies a target picture, by the candidate's digest."""
    names = _names(targets)
    held = target_vectors.take([i for i, row in enumerate(target_vectors.rows) if row.digest in names])
    pairs = nominate(candidates, held, shortlist)
    found: dict[str, Match] = {}
    for (ours, theirs), score in zip(pairs, copy_scores(candidates, held, pairs), strict=True):
        digest, match = candidates.rows[ours].digest, Match(names[held.rows[theirs].digest], float(score))
        if score >= least and (digest not in found or match.score > found[digest].score):
            found[digest] = match
    same_bytes = {row.digest: Match(names[row.digest], 1.0) for row in candidates.rows if row.digest in names}
    return found | same_bytes
