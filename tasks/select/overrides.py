"""What a person has marked goes: pictures with their copies, and all that was found for a neighbor."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from storage.records import Decision, DropReason, Override
from tasks.select.leaks import Held, find_all
from tasks.select.marks import NO_MARKS, Marks
from vision.vectors import Vectors

logger = logging.getLogger(__name__)

BY_HAND, NEIGHBOR_BY_HAND = "marked by hand", "neighbor marked by hand"
"""The details of what was marked itself, and of what was found for a marked neighbor."""


def _marked(row: Decision, pictures: set[tuple[str, str]], neighbors: set[str]) -> str:
    """By which mark a row goes itself; empty where by none."""
    if (row.key, row.neighbor) in pictures:
        return BY_HAND
    return NEIGHBOR_BY_HAND if row.neighbor in neighbors else ""


def rejected(rows: Sequence[Decision], marks: Marks, vectors: Vectors, least: float, shortlist: int) -> list[Decision]:
    """The rows without what was marked, where nothing dropped it before, and without copies of marked pictures.

    A person who rejects a picture means what it shows, whichever of its copies was on the page, and whichever
    neighbor a copy was found for. One who rejects a neighbor means the name: what was found for it may be right
    under another.
    """
    if marks == NO_MARKS:
        return list(rows)
    pictures, neighbors = set(marks.pictures), set(marks.neighbors)
    found = [
        replace(row, reason=DropReason.REJECTED, detail=why)
        if row.reason is None and (why := _marked(row, pictures, neighbors))
        else row
        for row in rows
    ]
    named = {row.digest: row.key for row in reversed(found) if row.detail == BY_HAND}
    left = vectors.of(sorted({row.digest for row in found if row.reason is None}))
    copies = find_all(left, Held(named, vectors), least, shortlist) if named else {}
    return [
        replace(
            row, reason=DropReason.REJECTED, copy_of=match.name, copy_score=match.score,
            detail=f"a copy of {match.name}, {BY_HAND}",
        )
        if row.reason is None and (match := copies.get(row.digest))
        else row
        for row in found
    ]  # fmt: skip


def applied(marks: Marks, rows: Sequence[Decision]) -> list[Override]:
    """What each mark did to the decisions; those that found nothing are told in the log."""
    gone = [row for row in rows if row.reason is DropReason.REJECTED]
    itself = Counter((row.key, row.neighbor) for row in gone if row.detail == BY_HAND)
    of_neighbor = Counter(row.neighbor for row in gone if row.detail == NEIGHBOR_BY_HAND)
    copies = Counter(row.copy_of for row in gone if row.copy_of)
    done = [Override(name, "", of_neighbor[name]) for name in marks.neighbors]
    for key, name in marks.pictures:
        dropped = itself[key, name]
        done.append(Override(name, key, dropped + copies[key] if dropped else 0))
    idle = [f"{row.key} of {row.neighbor}" if row.key else row.neighbor for row in done if not row.dropped]
    if idle:
        logger.warning(
            "select: %s of %s marks found nothing to drop, such as %s: no candidates any more, or dropped otherwise",
            f"{len(idle):,}", f"{len(done):,}", "; ".join(idle[:3]),
        )  # fmt: skip
    return done
