"""The commands of training with their data root on S3."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import filesystem
from tests.storage.s3 import bucket, moto, used
from tests.training.test_run import recipe, run
from training import compare, export


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A data root on S3 whose stages are finished, and scratch of the test's own."""
    recipe(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with moto() as server, used(server):
        root = f"{bucket()}/root"
        for file in filesystem.walk(str(tmp_path)):
            filesystem.write_bytes(f"{root}/{file.name}", (tmp_path / file.name).read_bytes())
        yield root


def test_a_run_and_a_comparison_leave_there_what_they_go_on_from(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the comparison its table; nothing lies in a folder called s3:."""
    monkeypatch.chdir(tmp_path)
    given = [str(tmp_path / "hand.yaml"), "--data-root", root]
    run(monkeypatch, *given)
    monkeypatch.setattr("sys.argv", ["compare", *given, "--seeds", "1", "--arms", "targets_only", "silenced"])
    compare.main()
    work = {file.name.rpartition("/")[2].partition("-")[0] for file in filesystem.walk(f"{root}/work/compare")}
    assert work == {"last.pt", "best.safetensors", "metrics.jsonl", "outcome"}
    by_hand = {file.name.rpartition("/")[2] for file in filesystem.walk(f"{root}/work/train-by-hand")}
    assert by_hand == {"last.pt", "best.safetensors", "metrics.jsonl"}
    assert filesystem.list_files(f"{root}/compare/hand") == ["comparison.json", "comparison.png"]
    assert not Path("s3:").exists()


def test_an_export_needs_a_disk(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which option gives one."""
    monkeypatch.setattr("sys.argv", ["export", str(tmp_path / "hand.yaml"), "--data-root", root])
    with pytest.raises(SystemExit):
        export.main()
    assert "give --out FOLDER, on a disk" in capsys.readouterr().err
