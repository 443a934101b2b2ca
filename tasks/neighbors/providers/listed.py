"""Neighbors that the user wrote down, in a CSV or JSONL file."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator

from storage.errors import BadInput
from storage.fingerprint import NOT_IN_KEY
from storage.records import AnswerReason, Proposal, Relation, TargetClass, Unanswered
from storage.section import Section
from tasks.neighbors.proposed import Proposed
from tasks.neighbors.review.class_names import class_names

MEND = "give a CSV with a header, or a JSONL file, with `class` and `name`, and as you like relation, queries, why"


class ListedNames(Section):
    """A file of names: a row each with `class` and `name`, and as you like `relation`, `queries` (a; b) and `why`."""

    kind: Literal["file"] = Field(description="Names from a file in place of a language model")
    path: str = Field(min_length=1, description="CSV with a header, or JSONL", json_schema_extra=NOT_IN_KEY)


class Line(BaseModel):
    """One row of the file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    of: str = Field(alias="class", min_length=1)
    name: str = Field(min_length=1)
    relation: Relation = Relation.SIBLING
    queries: tuple[str, ...] = ()
    why: str = ""

    @field_validator("relation", mode="before")
    @classmethod
    def _as_said(cls, value: object) -> object:
        return value or Relation.SIBLING

    @field_validator("queries", mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(";") if part.strip())
        return () if value is None else value  # a short row of a CSV has no such cell

    @field_validator("why", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return "" if value is None else value


def _rows(path: str, text: str) -> Iterator[tuple[int, Any]]:
    """The file's rows with their line numbers; what stands in them is not checked yet."""
    if not path.endswith((".jsonl", ".json")):
        reader = csv.DictReader(io.StringIO(text, newline=""))
        try:
            yield from ((reader.line_num, row) for row in reader)
        except csv.Error as error:
            raise BadInput(f"{path}, line {reader.reader.line_num}: {error}", MEND) from error
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                raise BadInput(f"{path}, line {number}: no JSON ({error})", MEND) from error


def read_lines(path: str) -> list[tuple[int, Line]]:
    """The file's rows with their line numbers; BadInput that names file, line and field."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"`neighbors.provider.path`: {path} cannot be read ({error})", MEND) from error
    lines = []
    for number, row in _rows(path, text):
        try:
            lines.append((number, Line.model_validate(row)))
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"])
            raise BadInput(f"{path}, line {number}: {where}: {first['msg']}", MEND) from error
    return lines


def propose(classes: Sequence[TargetClass], path: str) -> Proposed:
    """The names of the file for each class; a row for a class that the label set has not is BadInput."""
    names = class_names(classes)
    proposals: list[Proposal] = []
    ranks = dict.fromkeys((target.label for target in classes), 0)
    for number, line in read_lines(path):
        target = names.named(line.of)
        if target is None:
            raise BadInput(f"{path}, line {number}: {line.of!r} is no class of the label set", "correct its `class`")
        label, queries = target.label, line.queries or (line.name,)
        place = f"{Path(path).name}:{number}"
        proposals.append(Proposal(line.name, label, line.relation, queries, line.why, "file", place, ranks[label]))
        ranks[label] += 1
    without = [target.label for target in classes if not ranks[target.label]]
    detail = f"{Path(path).name} names nothing for it"
    return Proposed(tuple(proposals), tuple(Unanswered(label, AnswerReason.EMPTY, detail) for label in without))
