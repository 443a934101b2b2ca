"""The question to the model and its answer, as JSON in both directions."""

import json
from collections.abc import Iterator
from typing import Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

# The schema forbids further fields; an endpoint that cannot hold its model to it is forgiven them.
_STRICT = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"additionalProperties": False})

_OPENINGS = 20
"""Places in a text at which a JSON value is looked for; an answer has one, and some chat around it."""


class Named(BaseModel):
    """One category in the model's answer."""

    model_config = _STRICT

    name: str
    relation: Literal["sibling", "hyponym", "lookalike"]
    queries: tuple[str, ...]
    why: str


class Answer(BaseModel):
    """What the model must answer with; its JSON schema is sent with every question."""

    model_config = _STRICT

    neighbors: tuple[Named, ...]


class Question(BaseModel):
    """What is asked for one target class; `avoid` are the nearest names of the label set.

    A field without a value is not sent, so that a definition changes the questions of its class alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)

    name: str = Field(alias="class")
    definition: str | None = None
    taxonomy: str | None = None
    count: int
    avoid: tuple[str, ...]


def render(message: Question | Answer) -> str:
    """The message as JSON text."""
    return message.model_dump_json(exclude_none=True)


def _values(text: str) -> Iterator[str]:
    """The JSON objects and lists that stand in a text, from left to right."""
    decoder, start = json.JSONDecoder(), 0
    for _ in range(_OPENINGS):
        found = [place for place in (text.find("{", start), text.find("[", start)) if place >= 0]
        if not found:
            return
        try:
            _, end = decoder.raw_decode(text, min(found))
            yield text[min(found) : end]
            start = end
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, or too deep
            start = min(found) + 1


def _answer(value: str) -> Answer | None:
    """The answer that a JSON value is, where it is one; read as JSON, where halves of characters are errors."""
    try:
        return Answer.model_validate_json(value if value.startswith("{") else f'{{"neighbors": {value}}}')
    except pydantic.ValidationError:
        return None


def parse(text: str) -> Answer:
    """The answer that a text holds, alone or amid words; pydantic's ValidationError where it holds none."""
    try:
        return Answer.model_validate_json(text)
    except pydantic.ValidationError:
        found = [answer for value in _values(text) if (answer := _answer(value))]
        if not found:
            raise
        return max(found, key=lambda answer: len(answer.neighbors))  # a shorter one may be the question's own words
