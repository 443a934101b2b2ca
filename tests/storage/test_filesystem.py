"""Whole files on a local disk and on an object store's like."""

import io
import os
import time
from pathlib import Path

from storage import filesystem
from storage.listing import Listed


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


def test_all_files_below_a_folder_are_listed_with_size_and_time(root: str) -> None:
    """At any depth, by their paths from there; a folder that is not there has none, and neither has a file."""
    start = time.time()
    for name in ("b/x", "a/c/x", "y"):
        filesystem.write_bytes(f"{root}/{name}", name.encode())
    found = filesystem.walk(root)
    assert [(one.name, one.bytes) for one in found] == [("a/c/x", 5), ("b/x", 3), ("y", 1)]
    assert all(start - 1 <= one.modified <= time.time() + 1 for one in found)
    assert [one.name for one in filesystem.walk(f"{root}/a")] == ["c/x"]
    assert filesystem.walk(f"{root}/none") == filesystem.walk(f"{root}/y") == []


def test_the_time_of_a_file_is_when_it_was_written_and_links_are_left_out(tmp_path: Path) -> None:
    """Not when it was renamed; what a link leads to is somebody else's."""
    (tmp_path / "a").write_bytes(b"a")
    os.utime(tmp_path / "a", (5, 5))
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    (tmp_path / "links").symlink_to("/")
    assert filesystem.walk(str(tmp_path)) == [Listed("b", 1, 5.0)]


def test_a_folder_is_pruned_where_it_holds_no_file(root: str) -> None:
    """With the empty folders in it; a file keeps those that lead to it."""
    filesystem.write_bytes(f"{root}/a/b/c/x", b"")
    filesystem.write_bytes(f"{root}/a/d/x", b"")
    filesystem.remove(f"{root}/a/b/c/x")
    filesystem.prune(f"{root}/a")
    assert filesystem.list_folders(f"{root}/a") == ["d"]
    filesystem.remove(f"{root}/a/d/x")
    for _ in range(2):
        filesystem.prune(f"{root}/a")
        assert filesystem.list_folders(root) == []
