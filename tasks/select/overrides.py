"""What a person has marked on the report's page: pictures and neighbors that the next run leaves out."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage import filesystem
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import Decision, DropReason, Neighbor, Override
from tasks.select.leaks import Held, find_all
from vision.vectors import Vectors

logger = logging.getLogger(__name__)

BY_HAND, NEIGHBOR_BY_HAND = "marked by hand", "neighbor marked by hand"
"""The details of what was marked itself, and of what was found for a marked neighbor."""

FIELD = "select.overrides"
_STRICT = ConfigDict(extra="forbid", frozen=True)
_Key = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$")]


class _Picture(BaseModel):
    model_config = _STRICT

    key: _Key
    neighbor: str


class _File(BaseModel):
    """The file as the page writes it; `run` is the recipe whose page it was."""

    model_config = _STRICT

    version: Literal[1]
    run: str
    pictures: tuple[_Picture, ...] = ()
    neighbors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """Pictures, by key and neighbor, and neighbors that a person has rejected; each once, in order."""

    pictures: tuple[tuple[str, str], ...] = ()
    neighbors: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """What of them a key is made of; the same for a file without marks as for none."""
        return fingerprint(self.pictures, self.neighbors) if self.pictures or self.neighbors else "none"


NO_MARKS = Marks()


def _complaint(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
        + (f" (given: {each['input']!r})" if each["type"] not in ("missing", "extra_forbidden", "json_invalid") else "")
        for each in error.errors()
    )


def read_marks(path: str | None, run: str) -> Marks:
    """The marks of the file at `path`, for the recipe called `run`; none where there is no path.

    Raises BadInput where it cannot be read, is not such a file, or was made on the page of another recipe.
    """
    if path is None:
        return NO_MARKS
    try:
        held = _File.model_validate_json(filesystem.read_bytes(path))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise BadInput(
            f"{FIELD}: {path} cannot be read: {error}", "give the path of the file that the report's page downloads"
        ) from error
    except ValidationError as error:
        raise BadInput(
            f"{FIELD}: {path} is not a file of marks: {_complaint(error)}",
            "mend these fields, or download the file from the report's page again",
        ) from error
    if held.run != run:
        raise BadInput(
            f"{FIELD}: the marks in {path} were made on the report of {held.run!r}, and this recipe is {run!r}",
            f"take the file that its own report's page downloads, or write {run!r} in the file's field run",
        )
    return Marks(tuple(sorted({(row.key, row.neighbor) for row in held.pictures})), tuple(sorted({*held.neighbors})))


def require_known(marks: Marks, neighbors: Sequence[Neighbor]) -> None:
    """Refuse the mark of a neighbor that nobody ever proposed: it is misspelt, and would do nothing."""
    known = {row.name for row in neighbors}
    unknown = [name for name in marks.neighbors if name not in known]
    if unknown:
        raise BadInput(
            f"{FIELD}: there is no neighbor {', '.join(map(repr, unknown))}",
            "take it out of the file's field neighbors, or spell it as the report does",
        )


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
