"""The folder of an export: whole or not there."""

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import SafetensorError, deserialize

from storage.errors import BadInput
from tests.small_disk import small_disk
from training.exporting.folder import appearing, check_free
from training.predicting.prepared import PREPROCESS


class Killed(Exception):
    """Stops the writing half-way."""


def write(out: Path, text: str, stop: bool = False) -> None:
    """An export of two files, the second of which is never written where it is stopped."""
    with appearing(out) as folder:
        assert not out.exists() or (out / PREPROCESS).exists()
        (folder / "model.onnx").write_text(text)
        if stop:
            raise Killed
        (folder / PREPROCESS).write_text(text)


def test_a_folder_appears_whole_and_in_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    """And nothing else lies beside it; folders above it are made."""
    for text in ("first", "second"):
        write(tmp_path / "a" / "out", text)
    assert {path.name: path.read_text() for path in (tmp_path / "a" / "out").iterdir()} == {
        "model.onnx": "second", PREPROCESS: "second",
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]


def test_one_that_is_stopped_leaves_what_was_there(tmp_path: Path) -> None:
    """Nothing where there was nothing, else the earlier export."""
    with pytest.raises(Killed):
        write(tmp_path / "out", "first", stop=True)
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "out", "first")
    with pytest.raises(Killed):
        write(tmp_path / "out", "second", stop=True)
    assert (tmp_path / "out" / "model.onnx").read_text() == "first"


def test_nothing_else_is_overwritten(tmp_path: Path) -> None:
    """A folder of other things, or a file; an empty folder is free."""
    (tmp_path / "empty").mkdir()
    check_free(tmp_path / "empty")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    for name in ("mine", "mine/thesis.tex"):
        with pytest.raises(BadInput, match="holds something else"):
            write(tmp_path / name, "first")
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_a_folder_with_more_than_an_export_is_somebody_elses(tmp_path: Path) -> None:
    """As a clone of a hub's repository is, that an export was once put into: its history stays."""
    write(tmp_path / "out", "first")
    (tmp_path / "out" / ".git").mkdir()
    with pytest.raises(BadInput, match="holds something else"):
        write(tmp_path / "out", "second")
    assert (tmp_path / "out" / ".git").is_dir()


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    """And the link stays one."""
    write(tmp_path / "real", "first")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "second")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "model.onnx").read_text() == "second"


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    """Below a file there is no folder."""
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"--out .*file cannot be written to"):
        write(tmp_path / "file" / "out", "first")


WRITING = """
import sys, timm
from pathlib import Path
from storage.errors import DiskFull
from training.exporting.folder import appearing
try:
    with appearing(Path(sys.argv[1], "out")) as folder:
        model = timm.create_model("test_vit", pretrained=False, num_classes=4)
        timm.models.save_for_hf(model, str(folder), safe_serialization=True)
except DiskFull as error:
    print(error)
"""


def test_a_full_disk_is_named_also_where_safetensors_writes(tmp_path: Path) -> None:
    """Its errors are no OSErrors and have the system's number in their words alone; nothing of the folder stays."""
    with small_disk(tmp_path / "disk", "256k") as disk:
        command = disk.inside([sys.executable, "-c", WRITING, str(disk.path)])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert f"no space left on the disk of {disk.path}/out" in done.stdout
        assert "python -m flows.retention" in done.stdout
        assert list(disk.seen().iterdir()) == []


def test_other_errors_of_safetensors_are_their_own(tmp_path: Path) -> None:
    """As of a file that it cannot read."""
    with pytest.raises(SafetensorError, match="header"), appearing(tmp_path / "out"):
        deserialize(b"no tensors")  # type: ignore[no-untyped-call]  # safetensors ships no types for it
