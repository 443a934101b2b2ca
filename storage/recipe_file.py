"""A recipe's file: YAML, with ${VARIABLE} taken from the environment, checked by a pydantic model."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from storage.errors import BadInput
from storage.recipe_base import fields_of, filled

Model = TypeVar("Model", bound=BaseModel)


def _expand(value: Any, where: str, needed: bool) -> Any:
    """The YAML value with every ${VARIABLE} replaced from the environment."""
    if isinstance(value, dict):
        return {name: _expand(item, f"{where}.{name}" if where else str(name), needed) for name, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, f"{where}[{index}]", needed) for index, item in enumerate(value)]
    return filled(value, where, needed) if isinstance(value, str) else value


def _complaint(error: ValidationError) -> str:
    """Every field that pydantic refused, a line each."""
    return "; ".join(
        f"field {'.'.join(map(str, item['loc'])) or '(top)'}: {item['msg']}"
        + (f" (given: {item['input']!r})" if item["type"] not in ("missing", "extra_forbidden") else "")
        for item in error.errors()
    )


def read_recipe(
    model: type[Model],
    path: str,
    data_root: str | None = None,
    passed_over: Collection[str] = (),
    needs_variables: bool = True,
) -> Model:
    """The recipe as `model`; `data_root` takes the place of the file's own.

    Sections that are `passed_over` are not looked into: their variables need not be set. None need where the reader
    opens nothing that a variable names, and says so by `needs_variables`: those that are not stay as they are written.
    """
    data = {name: value for name, value in fields_of(Path(path)).items() if name not in passed_over}
    if data_root is not None:
        data["data_root"] = data_root
    try:
        return model.model_validate(_expand(data, "", needs_variables))
    except ValidationError as error:
        raise BadInput(f"{path}: {_complaint(error)}", "mend these fields; docs/recipes.md lists them all") from error
