"""What a checkpoint holds: the whole run, the best weights included, so that no other file can contradict it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
import safetensors.torch
import torch
from torch import Tensor

from storage.errors import DamagedStore
from tests.training.small import QUICK, small_set
from tests.training.test_fit import Killed, killing, outcome
from training.config import Arm
from training.fit import build, fit, unheard
from training.loop import Run, train

LOOKING = QUICK.model_copy(update={"evaluate_every": 5})


@contextmanager
def judged(*accuracies: float) -> Iterator[None]:
    """Let the looks at validation find these."""
    with patch("training.loop.mean_accuracy", side_effect=accuracies):
        yield


def weights_at(run: Run, wanted: int) -> dict[str, Tensor]:
    """Train, and copy the weights of one step."""
    held: dict[str, Tensor] = {}

    def on_step(step: int, *_: object) -> None:
        if step == wanted:
            held.update({name: value.clone() for name, value in run.network.state_dict().items()})

    train(run, on_step)
    return held


def test_no_weights_of_an_abandoned_future(tmp_path: Path) -> None:
    """Better ones after the last checkpoint are gone with the killed process: the resumed one may not find them."""
    with judged(0.1, 0.9, 0.2, 0.2, 0.2, 0.2):
        expected = weights_at(build(small_set(), LOOKING, Arm.SILENCED, tmp_path / "whole"), 10)
    run = build(small_set(), LOOKING, Arm.SILENCED, tmp_path / "killed")
    with pytest.raises(Killed), judged(0.1, 0.9, 1.0):
        train(run, killing(15))
    with judged(0.2, 0.2, 0.2, 0.2):
        progress = train(build(small_set(), LOOKING, Arm.SILENCED, tmp_path / "killed"), unheard)
    assert (progress.best_step, progress.best_accuracy) == (10, 0.9)
    torch.testing.assert_close(safetensors.torch.load_file(run.best), expected, rtol=0, atol=0)


@pytest.mark.parametrize("at", [15, None])
def test_the_best_weights_come_back_from_the_checkpoint(at: int | None, tmp_path: Path) -> None:
    """Whether their file goes astray while the run is stopped, or once it is over."""
    whole = outcome(fit(small_set(), LOOKING, Arm.SILENCED, tmp_path / "whole"))
    folder = tmp_path / "stopped"
    if at is None:
        fit(small_set(), LOOKING, Arm.SILENCED, folder)
    else:
        with pytest.raises(Killed):
            fit(small_set(), LOOKING, Arm.SILENCED, folder, killing(at))
    (folder / "best.safetensors").unlink(missing_ok=True)
    assert outcome(fit(small_set(), LOOKING, Arm.SILENCED, folder)) == whole


GARBAGE = (
    b"",
    b"hello",
    b"PK\x03\x04",
    b"\x80\x02garbage",
    b"\x8d\x9b not text",
    b"\x00" * 99,
    b"]r\x00\x00\x00\x00.",
    b"h\xfb.",
)


@pytest.mark.parametrize("content", GARBAGE)
def test_bytes_that_torch_cannot_read_are_named(content: bytes, tmp_path: Path) -> None:
    """Whatever its unpickler stumbles over in them."""
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(DamagedStore, match=r"last\.pt cannot be read: (.|\n)*delete it"):
        fit(small_set(), QUICK, Arm.SILENCED, tmp_path)


@pytest.mark.parametrize("content", [{"weight": torch.zeros(2)}, torch.zeros(2)])
def test_a_file_of_another_kind_is_named(content: object, tmp_path: Path) -> None:
    """torch can read it, but it is no checkpoint of a run."""
    torch.save(content, tmp_path / "last.pt")
    with pytest.raises(DamagedStore, match=r"last\.pt is no checkpoint of a run\n.*delete it"):
        fit(small_set(), QUICK, Arm.SILENCED, tmp_path)
