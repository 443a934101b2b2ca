"""Lists of `relative/path label`, as ImageNet-LT, Places-LT and Grocery write them."""

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from storage.errors import BadInput
from storage.picture_names import LABELED, NAMED, SUFFIXES
from storage.records import Split
from tasks.targets.class_file import read_text


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list, or one file of an image folder; `id` is the data set's own label."""

    key: str
    split: Split
    id: int


def _cannot_read(where: str, line: str) -> BadInput:
    found = NAMED.match(line)
    if not found:
        return BadInput(
            f"{where}: no picture path in {line!r}", f"write `path label`; a picture ends in {', '.join(SUFFIXES)}"
        )
    if not found["rest"]:
        return BadInput(f"{where}: {found['path']!r} has no label", "write the label's number after the path")
    return BadInput(
        f"{where}: the label {re.split('[ ,]', found['rest'])[0]!r} is not a number",
        "write the label as a whole number from the class-name file",
    )


def parse_line(line: str, where: str) -> tuple[str, int]:
    """The path and the label of one line; columns after the label are ignored."""
    found = LABELED.match(line)
    if not found:
        raise _cannot_read(where, line)
    return found["path"], int(found["label"])


def read_list(path: Path, split: Split, ids: Container[int]) -> list[Listed]:
    """The pictures of one list in its order; every label must be among `ids`."""
    listed: list[Listed] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(read_text(path, f"targets.{split}").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        key, label = parse_line(line.strip(), where)
        if label not in ids:
            raise BadInput(
                f"{where}: label {label} is outside the class list", "correct it, or add it to targets.class_names"
            )
        if key in seen:
            raise BadInput(f"{where}: {key!r} is listed already on line {seen[key]}", "delete one of the two lines")
        seen[key] = number
        listed.append(Listed(key, split, label))
    if not listed:
        raise BadInput(f"{path} lists no picture", f"fill the list, or take `targets.{split}` out of the recipe")
    return listed
