"""Files of a pool, which may be closed to us or go away at any time."""

import os
from pathlib import Path

from storage.picture_names import SUFFIXES
from storage.records import FetchReason
from tasks.crawl.guard import Refused

GONE = "gone"
"""What is said of a file that is not there: its disk may come back."""


def gone() -> Refused:
    """A picture is not there, or no longer."""
    return Refused(FetchReason.BAD_STATUS, GONE)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures under a folder, by their paths."""
    # os.path says no where a name is too long or a folder is closed to us; pathlib raises.
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and os.path.isfile(path))


def size_of(path: Path) -> int | None:
    """The size of a file in bytes, None where it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def bytes_at(path: Path, offset: int, most: int) -> bytes:
    """At most so many bytes of a file from this place; Refused where it is gone."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(most)
    except (OSError, ValueError, OverflowError):  # gone, or a place that no file has
        raise gone() from None
