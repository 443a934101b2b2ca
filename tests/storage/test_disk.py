"""A disk that is full is named, and nothing half-written stays on it."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage.disk import writing
from storage.errors import DiskFull
from tests.small_disk import SmallDisk, small_disk

STORING = """
import json, sys
from storage.errors import DiskFull
from storage.picture_writer import PictureWriter
from storage.pictures import Origin, PictureStore
root, size, free = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if free:
    open(f"{root}/ballast", "wb").write(bytes((4 << 20) - free))
origin = Origin("http://a/1", "2026", "cc0", "", "", "s", "")
try:
    with PictureWriter(PictureStore(root)) as writer:
        stored = writer.add(bytes(size), 8, 8, "PNG", origin)
except DiskFull as error:
    print(json.dumps([error.problem, error.mend]))
else:
    print(json.dumps(len(PictureStore(root).read(stored.digest))))
"""


def _stored(disk: SmallDisk, size: int, free: int = 0) -> Any:
    command = disk.inside([sys.executable, "-c", STORING, str(disk.path), str(size), str(free)])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_full_device_is_named_with_what_is_free_and_a_mend(tmp_path: Path) -> None:
    """The error of the kernel is the cause; the folder need not be there yet."""
    with pytest.raises(DiskFull) as raised, writing(tmp_path / "later"), open("/dev/full", "wb") as full:
        full.write(b"x")
    assert raised.value.problem.startswith(f"no space left on the disk of {tmp_path}/later (")
    assert "MB free of" in raised.value.problem
    assert "python -m flows.retention" in raised.value.mend
    assert isinstance(raised.value.__cause__, OSError)


def test_a_used_up_quota_is_told_apart(tmp_path: Path) -> None:
    """There is space then, and it is not this user's."""
    with pytest.raises(DiskFull, match=r"the quota of this user on the disk of .* is used up \("), writing(tmp_path):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")


def test_other_errors_are_their_own(tmp_path: Path) -> None:
    """A folder that may not be written to is no full disk."""
    with pytest.raises(PermissionError), writing(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_picture_that_does_not_fit_leaves_nothing_and_goes_in_when_there_is_room(tmp_path: Path) -> None:
    """Neither its tar nor a part of it stays; what the disk had before is there."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        assert _stored(disk, 1000) == 1000
        before = {path.name for path in disk.seen("pictures").iterdir()}
        problem, mend = _stored(disk, 8 << 20)
        assert f"no space left on the disk of {disk.path}/pictures/" in problem
        assert "free of 4.2 MB" in problem
        assert "goes on from what is whole" in mend
        assert {path.name for path in disk.seen("pictures").iterdir()} == before
        disk.resize("16m")
        assert _stored(disk, 8 << 20) == 8 << 20


def test_a_tar_without_room_for_its_index_does_not_stay(tmp_path: Path) -> None:
    """No index, no segment: it would only keep the disk full, which has the pages of the tar and no more."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        problem, _ = _stored(disk, 300_000, free=74 * 4096)
        assert ".parquet (" in problem
        assert list(disk.seen("pictures").iterdir()) == []
