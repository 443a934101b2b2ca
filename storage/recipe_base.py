"""A recipe's fields as its file and the files below it say them: `base: other.yaml` is what a file stands upon."""

import os
import re
from pathlib import Path
from typing import Any

import yaml

from storage.errors import BadInput

VARIABLE = re.compile(r"\$\{(\w+)\}")
BASE = "base"
"""The field that names the file below, by a path relative to the file that it stands in."""


def filled(text: str, where: str, needed: bool = True) -> str:
    """The text with every ${VARIABLE} from the environment.

    One that is not set raises BadInput, naming the field `where`; it stays as it is written where it is not `needed`.
    """
    missing = [name for name in VARIABLE.findall(text) if name not in os.environ]
    if missing and needed:
        raise BadInput(
            f"field {where}: the environment variable {missing[0]} is not set",
            f"set it first, as by: export {missing[0]}=VALUE",
        )
    return VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), text)


def _mapping(path: Path) -> dict[str, Any]:
    """What one file says itself."""
    try:
        data = yaml.safe_load(path.read_text())
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"there is no recipe file {path}", "give the path of a YAML file; recipes/ has some") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not YAML: {error}", "mend the line that the message names") from error
    if not isinstance(data, dict):
        raise BadInput(f"{path} holds no fields", "see recipes/ for what a recipe looks like")
    return data


def merged(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """The fields of `base` with those of `top` in their place; a mapping that both hold is merged likewise.

    Lists and single values replace, and so does a mapping of another `kind`, which has other fields.
    """

    def one(below: Any, above: Any) -> Any:
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return above
        return above if above.get("kind", below.get("kind")) != below.get("kind") else merged(below, above)

    return base | {name: one(base[name], value) if name in base else value for name, value in top.items()}


def _below(path: Path, named: object, above: tuple[Path, ...]) -> Path:
    """The file that a `base` names; BadInput where it is none, or one that stands upon this file itself."""
    if not isinstance(named, str):
        raise BadInput(f"{path}: field {BASE} is {named!r}", "give the path of one YAML file, relative to this one")
    below = path.parent / filled(named, BASE)
    if not below.is_file():
        raise BadInput(
            f"{path}: field {BASE}: there is no file {below}", f"correct it; it is relative to {path.parent}"
        )
    if below.resolve() in {each.resolve() for each in (*above, path)}:
        circle = " -> ".join(str(each) for each in (*above, path, below))
        raise BadInput(f"{path}: field {BASE} leads back: {circle}", f"take {BASE} out of one of these files")
    return below


def fields_of(path: Path, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    """A file's fields on top of its base's, variables as they are written; `above` are the files that led here.

    Raises BadInput, naming the file, where it or a base is missing, is no YAML, or stands upon itself.
    """
    own = _mapping(path)
    if BASE not in own:
        return own
    below = _below(path, own.pop(BASE), above)
    return merged(fields_of(below, (*above, path)), own)
