"""The question to the model and its answer, as JSON in both directions."""

from pydantic import BaseModel, ConfigDict, Field

from storage.records import Relation

# The schema forbids further fields; an endpoint that cannot hold its model to it is forgiven them.
_STRICT = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"additionalProperties": False})


class Named(BaseModel):
    """One category in the model's answer."""

    model_config = _STRICT

    name: str
    relation: Relation
    queries: tuple[str, ...]
    why: str


class Answer(BaseModel):
    """What the model must answer with; its JSON schema is sent with every question."""

    model_config = _STRICT

    neighbors: tuple[Named, ...]


class Question(BaseModel):
    """What is asked for one target class; `avoid` are the nearest names of the label set."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)

    name: str = Field(alias="class")
    count: int
    avoid: tuple[str, ...]


def render(message: Question | Answer) -> str:
    """The message as JSON text."""
    return message.model_dump_json()


def parse(text: str) -> Answer:
    """The answer that a text holds; pydantic's ValidationError where it is none."""
    return Answer.model_validate_json(text)
