"""The log of a run on a disk that is full."""

from pathlib import Path

import pytest

from storage.errors import DiskFull
from training.metrics import open_log


@pytest.mark.parametrize("tensorboard", [False, True])
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, tensorboard: bool) -> None:
    """The folder of the run is in the error, whoever writes beside the log."""
    with open_log(tmp_path, 0, tensorboard) as log:
        log.write(1, {"loss": 1.0})
        (tmp_path / "metrics.jsonl").unlink()
        (tmp_path / "metrics.jsonl").symlink_to("/dev/full")
        with pytest.raises(DiskFull, match=f"no space left on the disk of {tmp_path}"):
            log.write(2, {"loss": 0.5})
