"""The mark of a run in the folder of a stage that it works on or reads: a clean-up takes it for the folder's age."""

from contextlib import suppress

from storage import filesystem
from storage.errors import ExtrapolationError
from storage.manifest import MANIFEST
from storage.records import StageRef

USED = "used"
"""Below a key's folder: an empty file, so that a full disk still takes it; when it was written is all that it says."""


def touch(uri: str) -> None:
    """Mark the folder of a stage now; where it cannot be written to, for whatever reason, it goes unmarked."""
    with suppress(OSError, ExtrapolationError):
        filesystem.write_bytes(filesystem.join(uri, USED), b"")


def reading(ref: StageRef) -> StageRef:
    """The reference, its folder marked; one that is not whole is left for its readers to complain of."""
    if filesystem.exists(filesystem.join(ref.uri, MANIFEST)):
        touch(ref.uri)
    return ref
