"""Class-name files: what the labels of lists are called."""

from collections.abc import Sequence
from pathlib import Path

from storage.errors import BadInput
from tasks.targets.columns import read_sheet
from tasks.targets.names import NamedClass, names_in


def read_text(path: Path, field: str) -> str:
    """A text file that the recipe names."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"{path} is not a file", f"correct `{field}`, a path relative to `targets.root`") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text: {error.reason}", f"save the file of `{field}` as UTF-8") from error


def _from_csv(path: Path, text: str) -> list[NamedClass]:
    sheet, named = read_sheet(path, text, after=2), []
    for row in sheet.rows:
        name, label, *_ = (*row.cells, "")
        if not label.strip().isdecimal() or not name.strip():
            raise BadInput(
                f"{row.where}: {list(row.cells)} is not a name and a label", "write `name,number` on that line"
            )
        named.append(sheet.describe(NamedClass(int(label), name.strip()), row))
    return named


def _from_text(path: Path, text: str) -> list[NamedClass]:
    lines = text.rstrip().splitlines()
    if blank := [number for number, line in enumerate(lines, 1) if not line.strip()]:
        raise BadInput(f"{path}, line {blank[0]}: label {blank[0] - 1} has no name", "write its name on that line")
    return [NamedClass(label, line.strip()) for label, line in enumerate(lines)]


def _check_unique(path: Path, named: Sequence[NamedClass]) -> None:
    ids: dict[int, str] = {}
    names: dict[str, str] = {}
    for one in named:
        if one.id in ids:
            raise BadInput(f"{path}: label {one.id} is both {ids[one.id]!r} and {one.written!r}", "correct one of them")
        if (name := ", ".join(names_in(one.written))) in names:
            raise BadInput(
                f"{path}: two classes are named {name!r} ({names[name]!r} and {one.written!r})",
                "tell them apart by name; a language model is asked by name alone",
            )
        ids[one.id], names[name] = one.written, one.written


def read_class_names(path: Path) -> list[NamedClass]:
    """The classes of a class-name file in label order: `.csv` with a header, else a name a line."""
    text = read_text(path, "targets.class_names")
    named = (_from_csv if path.suffix.lower() == ".csv" else _from_text)(path, text)
    if not named:
        raise BadInput(f"{path} names no class", "write one name a line, the first for label 0")
    _check_unique(path, named)
    return sorted(named, key=lambda one: one.id)
