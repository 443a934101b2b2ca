"""Whether the files that a data set lists are there, and where they lie."""

import errno
import os
import stat
from collections.abc import Callable, Sequence

from storage.errors import BadInput

NAMED = 5
"""How many missing files an error names."""


def _missing(paths: Sequence[str]) -> BadInput:
    some = ", ".join(paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return BadInput(
        f"{len(paths)} listed pictures are not there: {some}{more}",
        "correct `targets.root` or the lists; paths in a list are relative to the root",
    )


def _stat(path: str) -> os.stat_result | None:
    """What the file system says of a file; None where there is none, as where a link leads in a circle."""
    try:
        held = os.stat(path)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise
    except ValueError:  # no path has a NUL
        return None
    return held if stat.S_ISREG(held.st_mode) else None


def check_files(paths: Sequence[str]) -> dict[str, os.stat_result]:
    """What the file system says of each path; an error that names the first that are missing."""
    held = {path: _stat(path) for path in paths}
    if missing := [path for path, found in held.items() if found is None]:
        raise _missing(missing)
    return {path: found for path, found in held.items() if found}


def resolver() -> Callable[[str], str]:
    """What gives a path without links; each folder is looked at once, for a million files lie in few of them."""
    folders: dict[str, str] = {}

    def resolve(path: str) -> str:
        folder, name = os.path.split(path)
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        resolved = os.path.join(folders[folder], name)
        return os.path.realpath(resolved) if os.path.islink(resolved) else resolved

    return resolve
