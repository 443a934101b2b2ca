"""The partition that lists a data set: what is too large is told, and what changes under it is not sealed."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from storage.manifest import StageFolder, open_stage, read_rows
from storage.records import Cataloged, Stage, Unreadable
from tasks.catalog.task import digests, list_pictures
from tests.tasks.catalog.test_read import bytes_of, tar


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Two pictures, one of them larger."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "small.jpg").write_bytes(b"ab")
    (tmp_path / "data" / "large.jpg").write_bytes(b"abcd")
    return str(tmp_path / "data")


def _folder(data: str, root: Path) -> StageFolder:
    return open_stage(str(root), Stage.CATALOG, 1, {}, refresh=False, **digests(data, str(root)))


def test_a_file_that_is_too_large_is_a_row_with_a_reason(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never read whole, and never passes for a picture that was looked at."""
    monkeypatch.setattr("tasks.catalog.task.LARGEST", 3)
    folder = _folder(data, tmp_path)
    part = list_pictures.fn(folder, "list", data)
    assert [row.key for row in folder.read_rows([part], Cataloged)] == ["small.jpg"]
    assert [row.detail for row in folder.read_rows([part], Unreadable)] == [
        "large.jpg: 4 bytes are too many for a picture"
    ]
    assert part.tally == {"pictures": 1, "too_large": 1}


def test_what_changes_while_it_is_read_is_not_sealed(data: str, tmp_path: Path) -> None:
    """The key names other content than the rows would have."""
    folder = _folder(data, tmp_path)
    (Path(data) / "small.jpg").write_bytes(b"another")
    with pytest.raises(BadInput, match="changed while it was read"):
        list_pictures.fn(folder, "list", data)
    assert folder.sealed_part("list") is None


def test_a_repacked_tar_is_listed_anew(tmp_path: Path) -> None:
    """The same pictures at other offsets have another key, and the same content."""
    data = str(tar(tmp_path / "a.tar", {"a.jpg": b"one", "b.jpg": b"two"}))
    before = _folder(data, tmp_path)
    listed = before.seal([list_pictures.fn(before, "list", data)], 2, 0)
    tar(tmp_path / "a.tar", {"label.txt": b"0" * 600, "b.jpg": b"two", "a.jpg": b"one"})
    after = _folder(data, tmp_path)
    again = after.seal([list_pictures.fn(after, "list", data)], 2, 0)
    assert before.key != after.key
    assert listed.content == again.content
    assert [bytes_of(row) for row in read_rows(again, Cataloged)] == [b"one", b"two"]


def test_what_is_repacked_while_it_is_read_is_not_sealed(tmp_path: Path) -> None:
    """Its rows would say where the pictures lay before."""
    data = str(tar(tmp_path / "a.tar", {"a.jpg": b"one"}))
    folder = _folder(data, tmp_path)
    tar(tmp_path / "a.tar", {"label.txt": b"0" * 600, "a.jpg": b"one"})
    with pytest.raises(BadInput, match="changed while it was read"):
        list_pictures.fn(folder, "list", data)
    assert folder.sealed_part("list") is None
