"""Work folders of a data root that is no disk: local scratch, of which the store holds what a run goes on from."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from storage import filesystem
from storage.disk import writing

SCRATCH = "category-extrapolation"
"""Below the machine's temporary folder; a folder's path there says of which data root it is."""


def _scratch() -> Path:
    return Path(tempfile.gettempdir(), SCRATCH)


def work_folder(root: str, *names: str) -> Path:
    """The local folder for work under a data root: in it where that is a disk, else in this machine's scratch."""
    return Path(root, *names) if filesystem.is_local(root) else Path(_scratch(), quote(root, safe=""), *names)


def _mirrored(path: Path) -> str | None:
    """Where the store holds what lies at a path of the scratch; None for other paths."""
    if not path.is_relative_to(_scratch()):
        return None
    root, *names = path.relative_to(_scratch()).parts
    return filesystem.join(unquote(root), *names)


@contextmanager
def local_copy(uri: str) -> Iterator[Path]:
    """A file as a local path while the block runs: itself where it lies on a disk, else a copy of it."""
    if filesystem.is_local(uri):
        yield Path(uri)
        return
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        copy = Path(folder, uri.rpartition("/")[2])
        filesystem.write_bytes(str(copy), filesystem.read_bytes(uri))
        yield copy


def mirror(*paths: Path) -> None:
    """Write files of the scratch to the store, in this order, each whole or not at all; others stay where they are."""
    for path in paths:
        if (uri := _mirrored(path)) and path.exists():
            filesystem.write_bytes(uri, path.read_bytes())


def fetch(*paths: Path) -> None:
    """Make files of the scratch those that the store holds, or none where it holds none: it alone is the truth."""
    for path in paths:
        if uri := _mirrored(path):
            try:
                data = filesystem.read_bytes(uri)
            except FileNotFoundError:
                with writing(path):
                    path.unlink(missing_ok=True)
            else:
                filesystem.write_bytes(str(path), data)
