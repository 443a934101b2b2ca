"""Why a stage is not whole: what its key is made of, beside what its newest result was made of."""

from collections.abc import Iterator, Mapping
from typing import Any

from storage.manifest import Manifest, StageFolder
from storage.records import Stage

WIDTH = 60
"""Characters of a value that are shown."""

EDITS = "edits"
"""The input that names have only where a person has edited them."""

OUTSIDE = {
    "data": "the files of the data set have changed",
    "place": "the data set lies elsewhere",
    "classes": "the classes, or how many pictures they have, have changed",
    "outside": "the prompt, the dictionary or the text encoder has changed",
    "sources": "the files of a url_list or local source have changed",
    "encoder": "the weights of a model have changed",
    "backbone": "the weights that training starts from have changed",
    EDITS: "the sheet of names has been edited",
    "title": "the recipe has another name",
}
"""What it means where the input of this name, which no stage made, is another."""


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every plain value of a section, with the name of its field."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from _flat(item, f"{name}[{index}]")
    else:
        text = str(value)
        yield name, text if len(text) <= WIDTH else f"{text[:WIDTH]}..."


def _fields(stage: Stage, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old, new = dict(_flat(before, stage)), dict(_flat(now, stage))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield f"{name}: {old.get(name, 'not there')} -> {new.get(name, 'not there')}"


def _inputs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name, content in now.items():
        if before.get(name, EDITS if name == EDITS else content) != content:
            yield OUTSIDE.get(name, f"its input {name} is another")


def differences(folder: StageFolder, newest: Manifest | None) -> tuple[str, ...]:
    """Every field and input that differs, a line each; `newest` is of the stage's newest result, where there is one."""
    if newest is None:
        return ("it was never finished",)
    told = [*_fields(folder.stage, newest.config, folder.config), *_inputs(newest.inputs, folder.inputs)]
    if newest.version != folder.version:
        told.append(f"its code means something else now: version {newest.version} -> {folder.version}")
    same = newest.inputs.keys() == folder.inputs.keys()  # names that were edited have others than those that were not
    return tuple(told) or ("its result is gone" if same else "what it is made of has changed",)
