"""Every field of a recipe as Markdown, read off the models: `python -m flows.fields > docs/recipes.md`."""

import argparse
import sys
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flows.recipe import Recipe

HEAD = """# Recipes
A recipe is one YAML file; `recipes/` has some to copy. `${NAME}` anywhere in a text is replaced from the environment.
A field marked * does not change what a stage puts out, so changing it reruns nothing; what lies behind a path counts
by its content.

`base: other.yaml` at the top of a recipe lets it stand upon another file, by a path relative to its own: what it does
not say is what that file says, which may have a base in turn. Sections merge field by field; lists and single values
replace those of the base, and so does a section of another `kind`, which has other fields. `null` is a value like any
other, for the fields that may have it. What several recipes share lies in `recipes/bases/`; the files there are no
recipes themselves.

`python -m training.dry_run recipes/NAME.yaml` tells what training will ask of a machine, before there are weights or
pictures: it takes two steps with random ones, and estimates GPU hours.

This page is written by `python -m flows.fields > docs/recipes.md`, and a test holds it to the code.
"""


def _sections(hint: Any) -> Iterator[type[BaseModel]]:
    """The models inside a field's type."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in typing.get_args(hint):
        yield from _sections(inner)


def _type(hint: Any) -> str:
    if hint is type(None):
        return "null"
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(map(str, typing.get_args(hint)))
    if typing.get_origin(hint) is tuple:
        return "list of " + _type(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_type(arm) for arm in typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"section `{hint.__name__}`"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(str(member.value) for member in hint)
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(hint, "mapping")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _rows(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        mark = "\\*" if isinstance(extra, dict) and extra.get("in_key") is False else ""
        yield f"| `{name}`{mark} | {_type(field.annotation)} | {_default(field)} | {field.description or ''} |"


def _kind(model: type[BaseModel]) -> str:
    """What tells one of several sections in the same place from the others."""
    field = model.model_fields.get("kind")
    kinds = typing.get_args(field.annotation) if field else ()
    return f", kind: {kinds[0]}" if len(kinds) == 1 else ""


def _tables(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"\n## {title}{_kind(model)}\n{(model.__doc__ or '').strip().splitlines()[0]}\n"
    yield from ("| field | type | default | meaning |", "| --- | --- | --- | --- |", *_rows(model))
    for name, field in model.model_fields.items():
        for section in _sections(field.annotation):
            yield from _tables(name if title == "Recipe" else f"{title}.{name}", section)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD.rstrip(), *_tables("Recipe", Recipe), ""])


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m flows.fields", description=__doc__).parse_args()
    sys.stdout.write(page())
