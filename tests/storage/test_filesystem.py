"""Whole files on a local disk and on an object store's like."""

import io

from storage import filesystem


def test_a_view_is_written_as_its_bytes(root: str) -> None:
    """So that a full segment is not held twice in memory."""
    filesystem.write_bytes(f"{root}/a/x", io.BytesIO(b"held").getbuffer())
    assert filesystem.read_bytes(f"{root}/a/x") == b"held"


def test_what_is_removed_is_gone_and_may_be_removed_again(root: str) -> None:
    """A step that is taken twice is no error."""
    filesystem.write_bytes(f"{root}/a/x", b"x")
    filesystem.write_bytes(f"{root}/a/y", b"y")
    for _ in range(2):
        filesystem.remove(f"{root}/a/x")
    assert filesystem.list_files(f"{root}/a") == ["y"]


def test_files_and_folders_are_listed_apart(root: str) -> None:
    """Those directly inside, sorted; a folder that is not there is empty."""
    for name in ("b/x", "a/x", "a/c/x", "y", "x"):
        filesystem.write_bytes(f"{root}/{name}", b"")
    assert filesystem.list_folders(root) == ["a", "b"]
    assert filesystem.list_files(root) == ["x", "y"]
    assert filesystem.list_folders(f"{root}/none") == filesystem.list_files(f"{root}/none") == []
