"""A process that is killed between two changes to its files."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from storage import filesystem


class Killed(BaseException):
    """Ends the process, as far as the code under test can tell."""


@contextmanager
def killed_after(changes: int) -> Iterator[None]:
    """Let so many files be written or removed, and no more."""
    left = changes

    def counting(change: Any) -> Any:
        def call(*args: Any) -> None:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            change(*args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filesystem, "write_bytes", counting(filesystem.write_bytes))
        patch.setattr(filesystem, "remove", counting(filesystem.remove))
        yield
