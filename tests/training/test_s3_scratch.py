"""Training with its data root on S3: a lost machine costs the steps since the last checkpoint."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import filesystem
from storage.scratch import work_folder
from tests.storage.s3 import bucket, moto, used
from tests.training.small import small_set
from tests.training.test_fit import NOISY, Killed, killing, outcome
from training.config import Arm
from training.fit import fit
from training.metrics import Metrics

CONFIG = NOISY.model_copy(update={"save_every": 5})
KILLED, SAVED = 20, 15
"""The line after this many steps ends the run, before their checkpoint; the one before lies in the store."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A data root on S3, and scratch of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with moto() as server, used(server):
        yield f"{bucket()}/a root"


def _names(root: str) -> list[str]:
    return [file.name for file in filesystem.walk(root)]


def test_a_fresh_machine_goes_on_from_the_last_checkpoint(root: str, tmp_path: Path) -> None:
    """Bit for bit as if nothing had happened, and without the steps that the checkpoint covers."""
    whole = fit(small_set(), CONFIG, Arm.SILENCED, tmp_path / "whole")
    folder = work_folder(root, "work", "train", "key", "silenced")
    with pytest.raises(Killed):
        fit(small_set(), CONFIG, Arm.SILENCED, folder, killing(KILLED))
    below = "work/train/key/silenced"
    assert _names(root) == [f"{below}/last.pt", f"{below}/metrics.jsonl"]
    shutil.rmtree(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    told: list[int] = []

    def tell(step: int, steps: int, metrics: Metrics) -> None:
        told.append(step)

    assert outcome(fit(small_set(), CONFIG, Arm.SILENCED, folder, tell)) == outcome(whole)
    assert min(told) > SAVED
    assert f"{below}/best.safetensors" in _names(root)


def test_what_the_store_no_longer_holds_is_not_gone_on_from(root: str) -> None:
    """A clean-up or a take-down there counts for every machine's scratch."""
    folder = work_folder(root, "work", "train", "key", "silenced")
    fit(small_set(), CONFIG, Arm.SILENCED, folder)
    for name in _names(root):
        filesystem.remove(filesystem.join(root, name))
    told: list[int] = []
    fit(small_set(), CONFIG, Arm.SILENCED, folder, lambda step, *_: told.append(step))
    assert told[-1] == CONFIG.steps


def test_a_local_root_has_no_scratch(tmp_path: Path) -> None:
    """The work lies in it, as ever."""
    assert work_folder(str(tmp_path), "work", "x") == tmp_path / "work" / "x"
