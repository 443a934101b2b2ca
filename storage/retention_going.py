"""One thing that a clean-up removes: why, its files in the order in which they go, and what would save it."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from storage import filesystem
from storage.listing import Listed
from storage.manifest import MANIFEST, PARTS
from storage.records import Stage
from storage.retention_folders import LOCK, newest
from storage.retention_kept import pointed


class Why(StrEnum):
    """Why something goes."""

    SUPERSEDED = "superseded"
    UNFINISHED = "unfinished"
    LEFTOVER = "leftover attempt"
    WORK = "work of a training"
    PARTIAL = "half-written file"


def _order(name: str) -> int:
    """No manifest, no stage; no marker, no partition: so these go first. Locks are held until all else is gone."""
    marker = name.startswith(f"{PARTS}/")
    return 0 if name == MANIFEST else 1 if marker else 3 if name.endswith(LOCK) else 2


@contextmanager
def holding(locks: Iterable[str]) -> Iterator[bool]:
    """Hold these locks while the block runs; False where a process that trains holds one of them."""
    with ExitStack() as stack:
        try:
            for uri in locks:
                with suppress(FileNotFoundError):  # a FileLock would make it anew where another clean-up removes it
                    fcntl.flock(stack.enter_context(open(uri, "r+b")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@dataclass(frozen=True, slots=True)
class Going:
    """Some files of one folder, `uri`; `written` is when anything in that folder was written last before the plan.

    `place` is the folder's place under the root and `key` its name; `locks` are those that a training holds on it.
    """

    place: str
    key: str
    why: Why
    uri: str
    files: tuple[Listed, ...]
    written: float
    locks: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """How much disk it gives back."""
        return sum(file.bytes for file in self.files)

    @property
    def newest(self) -> float:
        """When one of its files was written last, in seconds since 1970."""
        return newest(self.files)

    def _is_found_again(self, root: str) -> bool:
        """Whether a run has come back to it since the plan was made."""
        if self.why is Why.PARTIAL:  # its name is of one write alone, and nobody looks for it
            return False
        taken = self.why is Why.SUPERSEDED and (Stage(self.place), self.key) in pointed(root)
        found = filesystem.walk(self.uri)
        # Times of S3 are whole seconds: what was written in the plan's own is known by its name.
        added = self.why is not Why.LEFTOVER and not {file.name for file in found} <= {file.name for file in self.files}
        return taken or added or newest(found) > self.written

    def _empty(self) -> set[str]:
        """The folders that nobody needs when the files are gone; of one that stays, those of the attempts."""
        if self.why is Why.LEFTOVER:
            return {filesystem.join(self.uri, file.name.partition("/")[0]) for file in self.files}
        return set() if self.why is Why.PARTIAL else {self.uri}

    def remove(self, root: str) -> bool:
        """Remove it, and say whether it was: not what a run holds, has found again or written to since the plan."""
        with holding(self.locks) as free:
            if not free or self._is_found_again(root):
                return False
            for file in sorted(self.files, key=lambda file: _order(file.name)):
                filesystem.remove(filesystem.join(self.uri, file.name))
            for uri in self._empty():
                filesystem.prune(uri)
        return True
