"""What a flow's parameter may be beside its Python type, and how the form in the Prefect UI shows that.

Prefect titles a parameter by its name and takes its description from elsewhere, over those of an
annotation's Field; what stands in `json_schema_extra` has the last word. Its forms show no
examples, so that descriptions hold them.
"""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from flows.recipe import load_recipe
from storage.errors import BadInput
from storage.manifest import read_manifest
from storage.records import Stage, StageRef
from storage.section_schema import readable


def shown(title: str, description: str) -> Any:
    """How a parameter is called in the form, and what is said below its name."""
    return Field(json_schema_extra={"title": title, "description": description})


def _or_text(title: str, description: str, given: JsonSchemaValue) -> JsonSchemaValue:
    """The schema, or a text that stands for what it describes."""
    text = {"type": "string", "title": title, "description": description}
    return readable({"anyOf": [text, *given.get("anyOf", [given])]})


class OrPath:
    """A recipe, or the path of its file."""

    @staticmethod
    def _loaded(value: object) -> object:
        return load_recipe(value) if isinstance(value, str) else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The file is read before the recipe is checked; raises BadInput for what it lacks."""
        return core_schema.no_info_before_validator_function(self._loaded, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The path first: it is what people give."""
        said = "A YAML file, such as recipes/demo.yaml, on the machine that takes the run"
        return _or_text("Path of a recipe", said, handler(schema))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these stages: of all that there are, not each makes sense everywhere."""

    stages: tuple[Stage, ...]

    def _checked(self, stage: Stage) -> Stage:
        if stage not in self.stages:
            raise ValueError(f"{stage} is none of {', '.join(self.stages)}")
        return stage

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Any stage, and then the check."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A choice of their names."""
        return {"type": "string", "enum": [stage.value for stage in self.stages]}


class ResultOf:
    """A finished stage, by its reference or by its folder; one of these stages, since another has other rows."""

    def __init__(self, *stages: Stage) -> None:
        self.stages = stages

    @staticmethod
    def _read(value: object) -> object:
        if not isinstance(value, str):
            return value
        folder = value.rstrip("/")
        return replace(read_manifest(folder).ref, uri=folder)  # it may have moved since it was written

    def _checked(self, ref: StageRef | None) -> StageRef | None:
        if ref and ref.stage not in self.stages:
            raise BadInput(
                f"{ref.uri} holds a result of {ref.stage}, where one of {' or '.join(self.stages)} is needed",
                "give another folder, or none for the newest result",
            )
        return ref

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The manifest is read before the reference is checked; raises DamagedStore where there is none."""
        checked = core_schema.no_info_after_validator_function(self._checked, handler(source))
        return core_schema.no_info_before_validator_function(self._read, checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The folder first, since nobody types a reference; runs hand it on."""
        given = handler(schema)
        for arm in given.get("anyOf", []):
            handler.resolve_ref_schema(arm)["title"] = "Newest" if arm.get("type") == "null" else "Reference"
        return _or_text("Folder", "The folder of a finished stage, such as runs/crawl/0f3a, as its log names it", given)


class Readable:
    """Every choice of the parameter has a name that people know."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The same, with names."""
        return readable(handler(schema))
