"""The schema of a section names every field and every choice, and takes what the section takes."""

from typing import Annotated, Any, Literal

from prefect.utilities.schema_tools.validation import validate
from pydantic import Field

from storage.section import Section


class _Paint(Section):
    kind: Literal["paint"] = "paint"
    color: str = "red"


class _Ink(Section):
    kind: Literal["ink"] = "ink"


class _LongShot(Section, title="a long shot"):
    kind: Literal["near", "far"] = "near"
    meters: float | None = Field(None, gt=0, description="How far")


class ToolConfig(Section):
    """One of each."""

    tool: Annotated[_Paint | _Ink, Field(discriminator="kind")] = Field(default_factory=_Paint)
    tools: tuple[Annotated[_Paint | _Ink, Field(discriminator="kind")], ...] = ()
    shot: _LongShot | None = None
    bound: float | _LongShot = 0.5
    pages: int | None = 3
    side: Literal["left", "right"] | None = None
    max_size: int | None = Field(None, ge=1)


SCHEMA: dict[str, Any] = ToolConfig.model_json_schema(ref_template="#/definitions/{model}")
SCHEMA["definitions"] = SCHEMA.pop("$defs")
FIELDS = SCHEMA["properties"]


def _choices(field: dict[str, Any]) -> list[str]:
    """What the choices of a field are called."""
    found = [SCHEMA["definitions"][arm["$ref"].split("/")[-1]] if "$ref" in arm else arm for arm in field["anyOf"]]
    return [arm["title"] for arm in found]


def test_sections_told_apart_by_kind_are_choices_called_by_it() -> None:
    """Also in a list; the kind is a choice of one."""
    assert _choices(FIELDS["tool"]) == _choices(FIELDS["tools"]["items"]) == ["paint", "ink"]
    assert SCHEMA["definitions"]["_Paint"]["properties"]["kind"]["enum"] == ["paint"]


def test_a_section_is_called_by_the_words_of_its_class_or_as_it_says() -> None:
    """The word Config says nothing."""
    assert SCHEMA["title"] == "Tool"
    assert _choices(FIELDS["shot"]) == ["a long shot", "None"]


def test_a_section_field_is_called_by_its_own_name() -> None:
    """Not by what its section is called."""
    assert {name: field["title"] for name, field in FIELDS.items()} == {
        "tool": "Tool", "tools": "Tools", "shot": "Shot", "bound": "Bound", "pages": "Pages", "side": "Side",
        "max_size": "Max Size",
    }  # fmt: skip


def test_plain_choices_are_called_by_what_they_hold() -> None:
    """Where null is no default it stays a choice, and where it would fill in a section's defaults."""
    assert _choices(FIELDS["bound"]) == ["Number", "a long shot"]
    assert _choices(FIELDS["pages"]) == ["Whole number", "None"]
    assert _choices(FIELDS["side"]) == ["Text", "None"]


def test_a_plain_value_that_may_be_null_is_a_field_that_may_stay_empty() -> None:
    """With its bounds; it is no choice, and has no default to send."""
    assert FIELDS["max_size"] == {"type": "integer", "minimum": 1, "title": "Max Size"}


def test_what_a_section_writes_is_valid_by_its_schema() -> None:
    """Null too, as Prefect's server checks it; what is out of bounds is not."""
    written = ToolConfig(tools=(_Ink(), _Paint()), shot=_LongShot()).model_dump(mode="json")
    whole = {"type": "object", "properties": {"tool": SCHEMA}, "definitions": SCHEMA["definitions"]}
    assert written["max_size"] is None
    assert validate({"tool": written}, whole) == []
    assert validate({"tool": written | {"max_size": 0}}, whole) != []
