"""A folder that has its name only when it is whole."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import BadInput
from storage.filesystem import PARTIAL
from training.predicting.prepared import PREPROCESS


def check_free(out: Path) -> None:
    """Raise BadInput where something other than an earlier export would be overwritten."""
    is_ours = out.is_dir() and ((out / PREPROCESS).is_file() or not any(out.iterdir()))
    if out.exists() and not is_ours:
        raise BadInput(f"--out {out} holds something else than an exported classifier", "name another folder")


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """A folder to write in, that becomes `out` at the end of the block, in the place of an earlier export.

    An error leaves what was there; a process that is killed, a hidden folder beside it.
    """
    check_free(out)
    mark = f"{uuid.uuid4().hex[:8]}{PARTIAL}"
    partial, earlier = out.with_name(f".{out.name}.{mark}"), out.with_name(f".{out.name}.earlier.{mark}")
    partial.mkdir(parents=True)
    try:
        yield partial
        if out.exists():
            out.rename(earlier)
        partial.rename(out)
    finally:
        if earlier.exists() and not out.exists():
            earlier.rename(out)
        for left in (partial, earlier):
            shutil.rmtree(left, ignore_errors=True)
