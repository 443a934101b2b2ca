"""Fine-tuning a whole network, on pictures from files and from shards."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import timm
import torch

from storage.errors import BadInput, DamagedStore
from tests.training.stages import finished_stages
from tests.training.test_fit import Killed, killing, outcome
from training.config import Arm, Augment, Mode, TrainConfig
from training.data import TrainingSet
from training.fit import fit
from training.pictures import read, squares
from training.read import read_pictures
from vision.encoders import EncoderConfig
from vision.inputs import input_of
from vision.preprocess import square

TINY = EncoderConfig(kind="timm", name="test_resnet", image_size=32)
CONFIG = TrainConfig(
    mode=Mode.FINETUNE, encoder=TINY, steps=8, batch_size=6, lr=3e-3, evaluate_every=2, log_every=2, save_every=4,
    device="cpu",
)  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> TrainingSet:
    """Colored drawings in finished stages."""
    stages = finished_stages(tmp_path)
    return read_pictures(stages.targets, stages.target_vectors, stages.shards)


def test_a_whole_network_learns_and_resumes(data: TrainingSet, tmp_path: Path) -> None:
    """A few steps tell red from green; killed between two checkpoints, the run ends the same."""
    losses: list[float] = []

    def on_step(_step: int, _total: int, metrics: Mapping[str, float]) -> None:
        losses.append(metrics["loss"])

    whole = fit(data, CONFIG, Arm.SILENCED, tmp_path / "whole", on_step)
    assert {row.group: row.accuracy for row in whole.test}["all"] == 1.0
    assert losses[-1] < losses[0]
    with pytest.raises(Killed):
        fit(data, CONFIG, Arm.SILENCED, tmp_path / "killed", killing(6))
    assert outcome(fit(data, CONFIG, Arm.SILENCED, tmp_path / "killed")) == outcome(whole)


def test_a_picture_that_is_gone_is_named(data: TrainingSet) -> None:
    """With what brings it back."""
    gone = data.train.inputs[0]
    Path(gone.uri).unlink()
    with pytest.raises(DamagedStore, match=rf"{gone.uri} cannot be read: .*\n.*bring the file back"):
        read(gone)


def test_bytes_that_are_no_picture_are_named(data: TrainingSet) -> None:
    """With the place in their shard, which is packed again."""
    broken = replace(data.auxiliary.inputs[0], offset=0)
    with pytest.raises(DamagedStore, match=r"shard\.tar, bytes 0 to \d+, cannot be read: .*\n.*--refresh shard"):
        read(broken)


@pytest.mark.parametrize("augment", [Augment(), None])
def test_squares_are_bytes_of_the_input_s_size(augment: Augment | None, data: TrainingSet) -> None:
    """One for each picture, in order; unchanged ones are what an encoder is shown."""
    shape, wanted = input_of(TINY), data.test.inputs[:3]
    made = squares([(picture, 0) for picture in wanted], shape, augment)
    assert (made.dtype, tuple(made.shape)) == (torch.uint8, (3, 32, 32, 3))
    shown = [
        np.array_equal(one.numpy(), square(read(picture), shape)) for one, picture in zip(made, wanted, strict=True)
    ]
    assert all(shown) if augment is None else not any(shown)


def test_other_weights_to_start_from_are_another_run(data: TrainingSet, tmp_path: Path) -> None:
    """Though their file has the same name."""
    weights = tmp_path / "weights.safetensors"
    config = CONFIG.model_copy(update={"encoder": TINY.model_copy(update={"checkpoint": str(weights)}), "steps": 2})
    for seed in range(2):
        torch.manual_seed(seed)
        safetensors.torch.save_file(timm.create_model(TINY.name, num_classes=0).state_dict(), weights)
        if seed == 0:
            fit(data, config, Arm.TARGETS_ONLY, tmp_path / "run")
    with pytest.raises(BadInput, match="belongs to another run"):
        fit(data, config, Arm.TARGETS_ONLY, tmp_path / "run")
