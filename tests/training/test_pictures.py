"""Fine-tuning a whole network, on pictures from files and from shards."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
from PIL import Image

from storage.errors import BadInput, DamagedStore
from tests.training.stages import finished_stages
from tests.training.test_fit import Killed, killing, outcome
from training.config import Arm, Caps, Mode, TrainConfig
from training.data import TrainingSet
from training.fit import fit
from training.pictures import LEAST_AREA, PictureFeed, cut_and_flip
from training.read import read_pictures
from training.sampler import EpochSampler
from vision.encoders import EncoderConfig

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


@pytest.mark.parametrize("workers", [0, 2])
def test_a_step_has_its_pictures_whoever_decodes_them(data: TrainingSet, workers: int) -> None:
    """Augmentation follows the seed and the step, not the worker or where the range starts."""
    sampler = EpochSampler(data, Caps(), 6, 0)
    alone = next(PictureFeed(data, sampler, TINY, seed=0, workers=0).training(range(3, 4)))
    rows = list(PictureFeed(data, sampler, TINY, seed=0, workers=workers).training(range(5)))
    assert torch.equal(rows[3][0], alone[0])
    assert torch.equal(rows[3][1], alone[1])
    assert not torch.equal(rows[0][0], rows[1][0])


def test_evaluation_sees_every_picture_once_in_order(data: TrainingSet) -> None:
    """Without augmentation, so that twice is the same."""
    feed = PictureFeed(data, EpochSampler(data, Caps(), 6, 0), TINY, seed=0, workers=0)
    (first, labels), (second, _) = next(feed.evaluation(data.test)), next(feed.evaluation(data.test))
    assert labels.tolist() == data.test.labels.tolist()
    assert torch.equal(first, second)


@pytest.mark.parametrize("size", [(40, 48), (64, 20), (1, 7)])
def test_cuts_are_squares_inside_the_picture(size: tuple[int, int]) -> None:
    """Never larger than its short side, never under a quarter of its area where its shape allows."""
    picture = Image.new("RGB", size)
    for seed in range(50):
        width, height = cut_and_flip(picture, np.random.default_rng(seed)).size
        assert width == height <= min(size)
        assert width == min(size) or (width + 1) ** 2 >= LEAST_AREA * size[0] * size[1]


def _fed(data: TrainingSet, workers: int) -> None:
    """Read a few batches for training."""
    for _ in PictureFeed(data, EpochSampler(data, Caps(), 6, 0), TINY, seed=0, workers=workers).training(range(4)):
        pass


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_is_gone_is_named(data: TrainingSet, workers: int) -> None:
    """Whichever process reads it, and with what brings it back."""
    gone = data.train.inputs[0]
    Path(gone.uri).unlink()
    with pytest.raises(DamagedStore, match=rf"{gone.uri} cannot be read: .*\n.*bring the file back"):
        _fed(data, workers)


def test_bytes_that_are_no_picture_are_named(data: TrainingSet) -> None:
    """With the place in their shard, which is packed again."""
    broken = data.auxiliary.inputs.copy()
    broken[:] = [replace(picture, offset=0) for picture in broken]
    with pytest.raises(DamagedStore, match=r"shard\.tar, bytes 0 to \d+, cannot be read: .*\n.*--refresh shard"):
        _fed(replace(data, auxiliary=replace(data.auxiliary, inputs=broken)), workers=0)


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
