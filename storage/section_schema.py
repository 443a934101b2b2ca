"""How a section reads as a form: every choice has a name, and none is shown that only a validator needs.

Forms are drawn from JSON schemas (Prefect's parameters are), and their readers know what a recipe
says, not what a class is called.
"""

import re

from pydantic.json_schema import JsonSchemaValue

TYPES = {
    "string": "Text", "integer": "Whole number", "number": "Number", "boolean": "Yes or no", "array": "List",
    "object": "Mapping", "null": "None",
}  # fmt: skip
"""What a choice of a JSON type is called."""


def _as_choices(schema: JsonSchemaValue) -> None:
    """One of several by `kind` is any of several: what forms know; the kind still decides where it is validated."""
    if "oneOf" in schema:
        schema["anyOf"] = schema.pop("oneOf")
        schema.pop("discriminator", None)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]


def _without_null(schema: JsonSchemaValue) -> None:
    """A plain value that may be null and is null by default is a field that may stay empty, not a choice.

    Prefect's validation takes null for a field that is not required and has a type. Nothing else may stand for null: a
    section left empty would be filled with its defaults, and a list of values has no null among them.
    """
    arms = [arm for arm in schema.get("anyOf", []) if arm.get("type") != "null"]
    plain = len(arms) == 1 and arms[0].get("type") in ("string", "integer", "number") and "enum" not in arms[0]
    if plain and schema.get("default", ...) is None:
        del schema["anyOf"], schema["default"]
        schema.update(arms[0])


def readable(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema of one field, changed in place: what forms know, and a title for every choice without one."""
    _as_choices(schema)
    _without_null(schema)
    for arm in schema.get("anyOf", []):
        readable(arm)
        if "$ref" not in arm:  # what is referred to has a title of its own
            arm.setdefault("title", TYPES.get(str(arm.get("type")), "Choice"))
    if isinstance(schema.get("items"), dict):
        readable(schema["items"])
    return schema


def title_of(name: str, properties: JsonSchemaValue) -> str:
    """What a section is called: by its `kind` where it has one of its own, else by the words of its class's name."""
    kinds = properties.get("kind", {}).get("enum", [])
    return str(kinds[0]) if len(kinds) == 1 else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Config"))


def readable_section(schema: JsonSchemaValue, class_name: str) -> None:
    """Name a section and all of its fields, in place; a title that the section was given stays."""
    properties: JsonSchemaValue = schema.get("properties", {})
    for name, field in properties.items():
        readable(field)
        field.setdefault("title", name.replace("_", " ").title())
    if schema.get("title") == class_name:
        schema["title"] = title_of(class_name, properties)
