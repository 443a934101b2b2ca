"""A disk that is full becomes an error with a name and a mend, wherever bytes are written."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import DiskFull

FULL = (errno.ENOSPC, errno.EDQUOT)
"""No space on the device, and none left of what its owner was given."""

MEND = (
    "free some there, `python -m flows.retention` shows what can go, or give another data root; "
    "then the same command goes on from what is whole"
)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _said(number: int | None, path: Path) -> str:
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    usage = shutil.disk_usage(there)
    room = f"({_megabytes(usage.free)} free of {_megabytes(usage.total)})"
    if number == errno.EDQUOT:
        return f"the quota of this user on the disk of {path} is used up {room}"
    files = " nor for another file" if os.statvfs(there).f_favail == 0 else ""
    return f"no space left on the disk of {path}{files} {room}"


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Raise DiskFull where what the block writes at a local path finds no space; other errors as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskFull(_said(error.errno, Path(path).absolute()), MEND) from error
