"""Why a stage is not whole: what its key is made of, beside what its newest result was made of."""

from collections.abc import Iterator, Mapping
from typing import Any

from storage.manifest import Manifest, StageFolder
from storage.records import Stage

WIDTH = 60
"""Characters of a value that are shown."""

BEFORE = 20
"""Of those, how many come before the first one that differs, where two values are too long to be shown whole."""

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
    "overrides": "the marks of select.overrides have changed",
    EDITS: "the sheet of names has been edited",
    "title": "the recipe has another name",
    "settings": "the settings of select, which it tells, have changed",
}
"""What it means where the input of this name, which no stage made, is another."""


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every plain value of a section, whole, with the name of its field."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from _flat(item, f"{name}[{index}]")
    else:
        yield name, str(value)


def _cut(text: str, start: int) -> str:
    """What is shown of a value: all of it, or as much as there is room for from `start` on."""
    if len(text) <= WIDTH:
        return text
    end = start + WIDTH
    return "..." * (start > 0) + text[start:end] + "..." * (end < len(text))


def _change(old: str, new: str) -> str:
    """Both values, cut to where they differ."""
    alike = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, alike - BEFORE) if max(len(old), len(new)) > WIDTH else 0
    return f"{_cut(old, start)} -> {_cut(new, start)}"


def _fields(stage: Stage, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old, new = dict(_flat(before, stage)), dict(_flat(now, stage))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield f"{name}: {_change(old.get(name, 'not there'), new.get(name, 'not there'))}"


def _inputs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name, content in now.items():
        if before.get(name, EDITS if name == EDITS else content) != content:
            yield OUTSIDE.get(name, f"its input {name} is another")


def differences(folder: StageFolder, newest: Manifest) -> tuple[str, ...]:
    """Every field and input that differs, a line each; `newest` is of the stage's newest result."""
    told = [*_fields(folder.stage, newest.config, folder.config), *_inputs(newest.inputs, folder.inputs)]
    if newest.version != folder.version:
        told.append(f"its code means something else now: version {newest.version} -> {folder.version}")
    return tuple(told) or ("what it is made of has changed",)  # names have other inputs where they were edited
