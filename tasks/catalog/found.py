"""Which files a data set that lies outside is made of: pictures, and tars with pictures in them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.errors import BadInput
from storage.picture_names import LABELED, NAMED, SUFFIXES, is_picture
from storage.tars import TAR
from tasks.catalog.packed import PACKED, refuse_archives

LONGEST_LIST = 1 << 30
"""The most bytes of a list; a larger file is some other thing."""

FORMS = "a folder, a .tar, or a text file of `relative/path[ label]` lines"


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a data set, by their keys; that of a tar stands before the names of its members."""

    pictures: dict[str, Path]
    tars: dict[str, Path]


def is_hidden(key: str) -> bool:
    """Whether a part of a key is a hidden file's or folder's name: an editor's or a system's, never a picture."""
    return any(part.startswith(".") and part not in (".", "..") for part in key.split("/"))


def _unreadable(error: OSError) -> BadInput:
    return BadInput(f"{error.filename} cannot be read: {error.strerror}", "see to its permissions, or take it out")


def _refuse(error: OSError) -> None:
    raise _unreadable(error) from error


def _walk(root: Path) -> Iterator[Path]:
    """All files below a folder, each folder once, wherever links lead."""
    seen: set[tuple[int, int]] = set()
    for folder, names, files in os.walk(root, followlinks=True, onerror=_refuse):
        held = os.stat(folder)
        again = (held.st_dev, held.st_ino) in seen
        seen.add((held.st_dev, held.st_ino))
        names[:] = [] if again else sorted(name for name in names if not is_hidden(name))
        if not again:
            yield from (Path(folder, name) for name in files if not is_hidden(name))


def _in_folder(root: Path) -> Found:
    files = {path.relative_to(root).as_posix(): path for path in _walk(root)}
    refuse_archives(files)
    return Found(
        {key: path for key, path in files.items() if is_picture(key)},
        {f"{key}/": path for key, path in files.items() if key.lower().endswith(TAR)},
    )


def _path_on(line: str, where: str) -> str:
    found = LABELED.match(line)
    if not found and is_picture(line):
        return line
    if not (found := found or NAMED.match(line)):
        raise BadInput(
            f"{where}: no picture path in {line!r}",
            f"write `path` or `path label`; a picture ends in {', '.join(SUFFIXES)}",
        )
    return found["path"]


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size <= LONGEST_LIST:
            return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        pass
    raise BadInput(f"{path} is neither a tar nor a list", f"give {FORMS}")


def _on_list(path: Path) -> Found:
    lines = _lines(path)
    named = (_path_on(line.strip(), f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip())
    return Found({os.path.normpath(name): path.parent / name for name in named}, {})


def find(path: Path) -> Found:
    """The files of a data set; raises BadInput where there is none, or where it is in no form that can be read."""
    try:
        if path.is_dir():
            return _in_folder(path)
        if not path.exists():
            raise BadInput(f"there is no data set {path}", f"correct the path: {FORMS} on this machine")
        if path.name.lower().endswith(PACKED):
            raise BadInput(f"{path} cannot be read picture by picture", f"unpack it first; what can be read is {FORMS}")
        return Found({}, {"": path}) if path.name.lower().endswith(TAR) else _on_list(path)
    except OSError as error:
        raise _unreadable(error) from error
