"""A recipe's file: YAML, with ${VARIABLE} taken from the environment, checked by a pydantic model."""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from storage.errors import BadInput

VARIABLE = re.compile(r"\$\{(\w+)\}")
Model = TypeVar("Model", bound=BaseModel)


def _expand(value: Any, where: str) -> Any:
    """The YAML value with every ${VARIABLE} replaced from the environment."""
    if isinstance(value, dict):
        return {name: _expand(item, f"{where}.{name}" if where else str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    missing = [name for name in VARIABLE.findall(value) if name not in os.environ]
    if missing:
        raise BadInput(
            f"field {where}: the environment variable {missing[0]} is not set",
            f"set it first, as by: export {missing[0]}=VALUE",
        )
    return VARIABLE.sub(lambda match: os.environ[match[1]], value)


def _complaint(error: ValidationError) -> str:
    """Every field that pydantic refused, a line each."""
    return "; ".join(
        f"field {'.'.join(map(str, item['loc'])) or '(top)'}: {item['msg']}"
        + (f" (given: {item['input']!r})" if item["type"] not in ("missing", "extra_forbidden") else "")
        for item in error.errors()
    )


def read_recipe(
    model: type[Model], path: str, data_root: str | None = None, passed_over: Collection[str] = ()
) -> Model:
    """The recipe as `model`; `data_root` takes the place of the file's own.

    Sections that are `passed_over` are not looked into: their variables need not be set.
    """
    try:
        data = yaml.safe_load(Path(path).read_text())
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"there is no recipe file {path}", "give the path of a YAML file; recipes/ has some") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not YAML: {error}", "mend the line that the message names") from error
    if not isinstance(data, dict):
        raise BadInput(f"{path} holds no fields", "see recipes/ for what a recipe looks like")
    data = {name: value for name, value in data.items() if name not in passed_over}
    if data_root is not None:
        data["data_root"] = data_root
    try:
        return model.model_validate(_expand(data, ""))
    except ValidationError as error:
        raise BadInput(f"{path}: {_complaint(error)}", "mend these fields; docs/recipes.md lists them all") from error
