"""The classes by name: read from a file, chosen by the recipe, written as people write them."""

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.errors import BadInput


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A class as its data set knows it: `id` in the lists, `written` in the class-name file."""

    id: int
    written: str


def spoken(written: str) -> str:
    """The name as people write it: "Golden-Delicious" is "golden delicious".

    Hyphens and underscores become spaces. A word goes to lower case unless a letter after
    its first is a capital, as in iPod, BMW or McIntosh.
    """
    words = written.replace("-", " ").replace("_", " ").split()
    return " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)


def read_text(path: Path, field: str) -> str:
    """A text file that the recipe names."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"{path} is not a file", f"correct `{field}`, a path relative to `targets.root`") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text: {error.reason}", f"save the file of `{field}` as UTF-8") from error


def _from_csv(path: Path, text: str) -> list[NamedClass]:
    named = []
    for line, row in enumerate(csv.reader(text.splitlines()), 1):
        if line == 1 or not row:
            continue
        if len(row) < 2 or not row[1].strip().isdecimal() or not row[0].strip():
            raise BadInput(f"{path}, line {line}: {row} is not a name and a label", "write `name,number` on that line")
        named.append(NamedClass(int(row[1]), row[0].strip()))
    return named


def _check_unique(path: Path, named: Sequence[NamedClass]) -> None:
    ids: dict[int, str] = {}
    names: dict[str, str] = {}
    for one in named:
        if one.id in ids:
            raise BadInput(f"{path}: label {one.id} is both {ids[one.id]!r} and {one.written!r}", "correct one of them")
        if (name := spoken(one.written)) in names:
            raise BadInput(
                f"{path}: two classes are named {name!r} ({names[name]!r} and {one.written!r})",
                "tell them apart by name; a language model is asked by name alone",
            )
        ids[one.id], names[name] = one.written, one.written


def read_class_names(path: Path) -> list[NamedClass]:
    """The classes of a class-name file in label order: `.csv` with a header, else a name a line."""
    text = read_text(path, "targets.class_names")
    if path.suffix.lower() == ".csv":
        named = _from_csv(path, text)
    else:
        lines = text.rstrip().splitlines()
        if blank := [number for number, line in enumerate(lines, 1) if not line.strip()]:
            raise BadInput(f"{path}, line {blank[0]}: label {blank[0] - 1} has no name", "write its name on that line")
        named = [NamedClass(label, line.strip()) for label, line in enumerate(lines)]
    if not named:
        raise BadInput(f"{path} names no class", "write one name a line, the first for label 0")
    _check_unique(path, named)
    return sorted(named, key=lambda one: one.id)


def choose(named: Sequence[NamedClass], wanted: Sequence[str] | None) -> list[NamedClass]:
    """The classes that the recipe asks for, in its order; all of them where it asks for none."""
    if wanted is None:
        return list(named)
    by_name = {one.written: one for one in named}
    for place, name in enumerate(wanted):
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1)
            mend = f"write {near[0]!r}" if near else "use a name from the class-name file, spelled as it is there"
            raise BadInput(f"targets.classes[{place}]: there is no class {name!r}", mend)
        if name in wanted[:place]:
            raise BadInput(f"targets.classes[{place}]: {name!r} is there twice", "take one of them out")
    return [by_name[name] for name in wanted]
