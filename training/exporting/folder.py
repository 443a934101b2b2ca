"""A folder that has its name only when it is whole."""

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from storage.disk import writing
from storage.errors import BadInput
from storage.filesystem import PARTIAL
from training.exporting.files import ALL
from training.predicting.prepared import PREPROCESS

_IN_WORDS = re.compile(r"\(os error (\d+)\)")
"""How Rust tells the number of an error of the system."""


def _is_export(folder: Path) -> bool:
    """Whether a folder holds an export, whole and nothing else, or nothing."""
    names = {path.name for path in folder.iterdir()}
    return names <= ALL and (PREPROCESS in names or not names)


def check_free(out: Path) -> None:
    """Raise BadInput where something other than an earlier export would be overwritten."""
    if out.exists() and not (out.is_dir() and _is_export(out)):
        raise BadInput(f"--out {out} holds something else than an exported classifier", "name another folder")


@contextmanager
def _of_the_system() -> Iterator[None]:
    """An error of safetensors that the system has caused becomes an OSError, as it is of all others."""
    try:
        yield
    except SafetensorError as error:
        if said := _IN_WORDS.search(str(error)):
            raise OSError(int(said[1]), os.strerror(int(said[1]))) from error
        raise


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadInput(
            f"--out {folder.parent} cannot be written to: {error.strerror}", "name another folder"
        ) from error
    return folder


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """A folder to write in, that becomes `out` at the end of the block, in the place of an earlier export.

    An error leaves what was there; a process that is killed, a hidden folder beside it.
    """
    check_free(out)
    out = out.resolve()  # what a link leads to is replaced, and the link stays
    mark = f"{uuid.uuid4().hex[:8]}{PARTIAL}"
    partial, earlier = out.with_name(f".{out.name}.{mark}"), out.with_name(f".{out.name}.earlier.{mark}")
    try:
        with writing(out), _of_the_system():
            yield _made(partial)
        if out.exists():
            out.rename(earlier)
        partial.rename(out)
    finally:
        if earlier.exists() and not out.exists():
            earlier.rename(out)
        for left in (partial, earlier):
            shutil.rmtree(left, ignore_errors=True)
