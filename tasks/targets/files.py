"""Whether the files that a data set lists are there."""

import os
from collections.abc import Sequence
from pathlib import Path

from storage.errors import BadInput

NAMED = 5
"""How many missing files an error names."""


def _missing(paths: Sequence[Path]) -> BadInput:
    some = ", ".join(str(path) for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return BadInput(
        f"{len(paths)} listed pictures are not there: {some}{more}",
        "correct `targets.root` or the lists; paths in a list are relative to the root",
    )


def check_files(paths: Sequence[Path]) -> dict[Path, os.stat_result]:
    """What the file system says of each path; an error that names the first that are missing."""
    held = {path: path.stat() for path in paths if path.is_file()}
    if len(held) < len(set(paths)):
        raise _missing([path for path in paths if path not in held])
    return held
