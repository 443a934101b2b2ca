"""The product's feed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.feeders.feeder import BATCH, SIDE
from training.config import Augment, Mode, TrainConfig
from training.data import Examples, Picture, TrainingSet, as_edges
from training.picture_feed import PictureFeed
from training.sampler import EpochSampler
from vision.config import EncoderConfig

ENCODER = EncoderConfig(kind="timm", name="resnet50", image_size=SIDE)
"""Its input's size and colors; no network is made."""


def _one_class(photographs: Sequence[Path]) -> TrainingSet:
    rows = np.empty(len(photographs), dtype=object)
    rows[:] = [Picture(str(path), "") for path in photographs]
    pictures = Examples(rows, np.zeros(len(rows), dtype=np.int64))
    nothing = Examples(rows[:0], pictures.labels[:0])
    return TrainingSet(("photographs",), (), as_edges([]), pictures, pictures, nothing, nothing)


class Ours:
    """Epochs of `training.picture_feed`, by so many workers."""

    def __init__(self, photographs: Sequence[Path], augment: Augment, workers: int) -> None:
        config = TrainConfig(
            mode=Mode.FINETUNE, encoder=ENCODER, augment=augment, workers=workers, batch_size=BATCH, steps=10**6
        )
        data = _one_class(photographs)
        sampler = EpochSampler(data, config.caps, BATCH, 0)
        self._feed = PictureFeed(data, sampler, ENCODER, config, torch.device("cpu"))
        self._epoch, self._done = len(photographs) // BATCH, 0

    def turn(self) -> int:
        """One epoch."""
        steps = range(self._done, self._done + self._epoch)
        self._done = steps.stop
        return sum(len(labels) for _, labels in self._feed.training(steps))

    def close(self) -> None:
        """End the workers."""
        self._feed.close()
