"""Listed files are there, and where they lie is told without links."""

import os
from pathlib import Path

import pytest

from storage.errors import BadInput
from tasks.targets.files import check_files, resolver


def test_what_is_no_file_is_missing(tmp_path: Path) -> None:
    """A folder, a name below a file and a link in a circle are named, with nothing said of what is there."""
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    paths = [str(tmp_path / name) for name in ("a.jpg", ".", "a.jpg/b.jpg", "circle.jpg", "gone.jpg")]
    assert check_files(paths[:1])[paths[0]].st_size == 1
    with pytest.raises(BadInput, match="4 listed pictures are not there") as error:
        check_files(paths)
    assert all(path in error.value.problem for path in paths[1:])


def test_links_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    """As the file system resolves them: a folder that is a link, a file that is one, and neither."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jpg").write_bytes(b"a")
    (tmp_path / "real" / "b.jpg").symlink_to("a.jpg")
    (tmp_path / "link").symlink_to("real")
    paths = [str(tmp_path / folder / name) for folder in ("real", "link") for name in ("a.jpg", "b.jpg")]
    resolve = resolver()
    assert [resolve(path) for path in paths] == [os.path.realpath(path) for path in paths]
    assert {resolve(path) for path in paths} == {str((tmp_path / "real" / "a.jpg").resolve())}
