"""The partition that lists a data set: what is too large is told, and what changes under it is not sealed."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from storage.manifest import StageFolder, open_stage
from storage.records import Cataloged, Stage, Unreadable
from tasks.catalog.task import data_digest, list_pictures


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Two pictures, one of them larger."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "small.jpg").write_bytes(b"ab")
    (tmp_path / "data" / "large.jpg").write_bytes(b"abcd")
    return str(tmp_path / "data")


def _folder(root: Path, content: str) -> StageFolder:
    return open_stage(str(root), Stage.CATALOG, 1, {}, data=content)


def test_a_file_that_is_too_large_is_a_row_with_a_reason(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never read whole, and never passes for a picture that was looked at."""
    monkeypatch.setattr("tasks.catalog.task.LARGEST", 3)
    folder = _folder(tmp_path, data_digest(data, str(tmp_path)))
    part = list_pictures.fn(folder, "list", data)
    assert [row.key for row in folder.read_rows([part], Cataloged)] == ["small.jpg"]
    assert [row.detail for row in folder.read_rows([part], Unreadable)] == [
        "large.jpg: 4 bytes are too many for a picture"
    ]
    assert part.tally == {"pictures": 1, "too_large": 1}


def test_what_changes_while_it_is_read_is_not_sealed(data: str, tmp_path: Path) -> None:
    """The key names other content than the rows would have."""
    folder = _folder(tmp_path, data_digest(data, str(tmp_path)))
    (Path(data) / "small.jpg").write_bytes(b"another")
    with pytest.raises(BadInput, match="changed while it was read"):
        list_pictures.fn(folder, "list", data)
    assert folder.sealed_part("list") is None
