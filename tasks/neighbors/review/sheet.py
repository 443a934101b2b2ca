"""The names as a table that a person may edit, and what was made of it.

Every row may be kept or dropped, renamed, given to other classes or other searches; a row that
is taken out is dropped, a new one is a name that the person gives.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import NameReason, Neighbor, Relation, TargetClass
from tasks.neighbors.review.class_names import ClassNames, class_names
from tasks.neighbors.spelling import words
from tasks.neighbors.vetting.vet import in_order

COLUMNS = ("keep", "name", "classes", "relation", "queries", "why", "reason", "detail", "id")
BETWEEN = "; "
YES, NO = "yes", "no"
MEND = "correct the line, or take the file away to start again from the names as they were"

BY_HAND = (NameReason.REVIEWED, "dropped in review")


class Line(BaseModel):
    """One row of the sheet as a person left it; `id` tells which name it was, empty for a new one."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    keep: bool
    name: str
    classes: tuple[str, ...] = Field(min_length=1)
    relation: Relation
    queries: tuple[str, ...]
    why: str
    id: str = ""

    @field_validator("name", "why", "id", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return " ".join(value.split()) if isinstance(value, str) else "" if value is None else value

    @field_validator("relation", mode="before")
    @classmethod
    def _as_said(cls, value: object) -> object:
        return value or Relation.SIBLING

    @field_validator("classes", "queries", mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        return tuple(part.strip() for part in str(value or "").split(BETWEEN.strip()) if part.strip())


def _safe(name: str) -> str:
    """A text without what stands between two of them."""
    return name.replace(BETWEEN.strip(), ",")


def _cell(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f" {line}" if line.startswith(("=", "+", "-", "@")) else line


def row_id(row: Neighbor) -> str:
    """What a row of the sheet is known by, however it is edited."""
    return fingerprint(row.name, row.parents, row.reason or "", row.queries, row.why, row.prompt, row.rank)


def in_place(row: Neighbor) -> tuple[object, ...]:
    """What rows are compared by, in whatever order a stage or a sheet has them."""
    return (*in_order(row), row.rank)


def render(rows: Sequence[Neighbor], classes: Sequence[TargetClass]) -> str:
    """The sheet as CSV text: kept names first, by their classes."""
    names = {target.label: _safe(target.name) for target in classes}
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(COLUMNS)
    for row in sorted(rows, key=lambda row: (row.reason is not None, row.parents, row.rank, row.name)):
        sheet.writerow(
            [
                NO if row.reason else YES, _cell(row.name), _cell(BETWEEN.join(names[label] for label in row.parents)),
                row.relation, _cell(BETWEEN.join(map(_safe, row.queries))), _cell(row.why), row.reason or "",
                _cell(row.detail), row_id(row),
            ]
        )  # fmt: skip
    return out.getvalue()


def _rows(text: str, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The sheet's rows as they are written, each with the words that name its place."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        if missing := [name for name in ("keep", "name", "classes") if name not in (reader.fieldnames or ())]:
            raise BadInput(f"{where} has no column {missing[0]!r}", MEND)
        yield from ((f"{where}, line {reader.line_num}", row) for row in reader)
    except csv.Error as error:
        raise BadInput(f"{where}, line {reader.reader.line_num}: {error}", MEND) from error


def _lines(text: str, where: str) -> Iterator[tuple[str, Line]]:
    """The sheet's rows as they are meant."""
    for place, row in _rows(text, where):
        try:
            yield place, Line.model_validate({"relation": "", "queries": "", "why": "", **row})
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise BadInput(f"{place}, column {first['loc'][0]}: {first['msg']}", MEND) from error


def _edited(line: Line, row: Neighbor | None, parents: tuple[int, ...], sheet: str) -> Neighbor:
    """The row that a line of the sheet asks for."""
    name, queries = line.name, line.queries or (line.name,)
    given = row or Neighbor(name, parents, line.relation, queries, line.why, None, "", "review", sheet)
    if line.keep != (given.reason is None):
        reason, detail = (None, "kept in review") if line.keep else BY_HAND
        given = replace(given, reason=reason, detail=detail)
    return replace(given, name=name, parents=parents, relation=line.relation, queries=queries, why=line.why)


def _class_names(classes: Sequence[TargetClass]) -> ClassNames:
    """The classes as the sheet spells them."""
    return class_names(
        [
            replace(target, name=_safe(target.name), aliases=tuple(_safe(alias) for alias in target.aliases))
            for target in classes
        ]
    )


def _parents(line: Line, names: ClassNames, place: str) -> tuple[int, ...]:
    labels = set()
    for name in line.classes:
        if not (target := names.named(name)):
            raise BadInput(f"{place}: {name!r} is no class of the label set", MEND)
        labels.add(target.label)
    return tuple(sorted(labels))


def _check(row: Neighbor, seen: dict[object, str], names: ClassNames, place: str) -> None:
    """What must hold of kept names whoever keeps them: none is empty, a target or its alias, or there twice."""
    name = words(row.name)
    if row.reason is not None:
        return
    if not name:
        raise BadInput(f"{place}, column name: {row.name!r} is no name", MEND)
    if name in names.own:
        raise BadInput(f"{place}: {row.name!r} is itself a class of the label set", MEND)
    if target := names.aliases.get(name):
        raise BadInput(f"{place}: {row.name!r} is an alias of the class {target.name!r}", MEND)
    if before := seen.get(name):
        raise BadInput(f"{place}: {row.name!r} is kept twice, first in {before}", MEND)
    seen[name] = place


def apply(text: str, where: str, rows: Sequence[Neighbor], classes: Sequence[TargetClass]) -> list[Neighbor]:
    """The names after review; `rows` as they were where nothing was edited. BadInput names file, line and column."""
    names = _class_names(classes)
    left = {row_id(row): row for row in rows}
    untouched = {line.id: line for _, line in _lines(render(rows, classes), where)}
    seen: dict[object, str] = {}
    done: list[Neighbor] = []
    for place, line in _lines(text, where):
        row = left.pop(line.id, None) if line.id else None
        if line.id and row is None:
            raise BadInput(f"{place}, column id: {line.id!r} is none, or a second time", MEND)
        parents = _parents(line, names, place)
        edited = row if row and line == untouched[line.id] else _edited(line, row, parents, where.rpartition("/")[2])
        _check(edited, seen, names, place)
        done.append(edited)
    gone = (
        row if row.reason else replace(row, reason=BY_HAND[0], detail="taken out in review") for row in left.values()
    )
    return sorted([*done, *gone], key=in_place)
