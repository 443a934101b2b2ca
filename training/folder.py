"""One run at a time in a folder: two would write each other's files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from storage.disk import writing
from storage.errors import BadInput


@contextmanager
def alone_in(folder: Path, what: str, mend: str) -> Iterator[None]:
    """Hold the folder while the block runs; BadInput, naming `what` is under way, where another process holds it.

    A hold ends with its process, however that ends.
    """
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            hold = FileLock(folder / "lock").acquire(blocking=False)
    except Timeout as error:
        raise BadInput(f"another {what} is under way in {folder}", mend) from error
    with hold:
        yield
