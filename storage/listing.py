"""What lies below a local folder: all of it, or an error where some of it cannot be seen."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """A file below a folder: its path from there, its size in bytes, and when it was written, in seconds since 1970."""

    name: str
    bytes: int
    modified: float


def entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies directly inside a local folder; none where there is no folder.

    Raises OSError where it is there and cannot be listed: fsspec would take it for an empty one.
    """
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def files_below(folder: str, above: str = "") -> Iterator[Listed]:
    """The files at any depth, but no links; of what is removed meanwhile some may be missing, and of nothing else."""
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path, f"{above}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                yield Listed(f"{above}{entry.name}", found.st_size, found.st_mtime)
