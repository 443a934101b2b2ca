"""Batches of pictures, changed at random for training, as they are for evaluation."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial

import torch
from torch import Tensor

from training.config import TrainConfig
from training.data import Examples, Indices, TrainingSet
from training.feed import Batch, numbered, pieces
from training.pictures import Seeded, squares
from training.processes import share, share_size
from training.randomness import seeds
from training.sampler import EpochSampler
from training.workers import Workers
from vision.config import EncoderConfig
from vision.inputs import input_of
from vision.loader import in_order
from vision.preprocess import normalized

EVALUATION_BATCH = 64

AT_ONCE = 16
"""Pictures that a worker makes at a time: so many keep a short batch's workers busy, and cost little to hand over."""

WAITING = 4
"""Times `AT_ONCE` pictures that wait, or are in work, for each worker."""

Load = tuple[list[Seeded], Indices]
"""A batch that is yet to be made: pictures with their seeds, and labels."""

Make = Callable[[list[Seeded]], Tensor]


class PictureFeed:
    """Pictures read where they lie, decoded by `train.workers` processes, or in this one where that is 0.

    One set of workers serves training and every look at validation. Bytes travel, a quarter of what the network's
    floats are; they become these on the device, before anything mixes them.
    """

    def __init__(
        self, data: TrainingSet, sampler: EpochSampler, encoder: EncoderConfig, config: TrainConfig,
        device: torch.device,
    ) -> None:  # fmt: skip
        self._examples = numbered(data)
        self._sampler = sampler
        self._shape = input_of(encoder)
        self._config = config
        self._device = device
        self._workers = Workers(config.workers)

    def training(self, steps: range) -> Iterator[Batch]:
        """One batch a step."""
        make = partial(squares, shape=self._shape, augment=self._config.augment)
        return self._batches(make, map(self._step, steps), share_size(self._config))

    def evaluation(self, examples: Examples) -> Iterator[Batch]:
        """The process's share of the examples, in order."""
        make = partial(squares, shape=self._shape, augment=None)
        shares = pieces(examples, EVALUATION_BATCH)
        loads = (([(picture, 0) for picture in examples.inputs[piece]], examples.labels[piece]) for piece in shares)
        return self._batches(make, loads, EVALUATION_BATCH)

    def close(self) -> None:
        """End the workers."""
        self._workers.close()

    def _step(self, step: int) -> Load:
        numbers = self._sampler.batch(step)
        # Drawn for the whole batch: a picture is cut the same way, however many processes share it out.
        drawn = seeds(self._config.seed, "augmentation", step, len(numbers))
        ours = numbers[share()]
        return list(zip(self._examples.inputs[ours], drawn[share()], strict=True)), self._examples.labels[ours]

    def _batches(self, make: Make, loads: Iterable[Load], size: int) -> Iterator[Batch]:
        """Batches of at most `size` pictures, in their order; with workers, of which this thread only hands on."""
        if not self._workers.count:
            for pictures, labels in loads:
                yield self._ready(make(pictures), torch.from_numpy(labels))
            return
        ahead = 1 + -(-self._workers.count * WAITING * AT_ONCE // size)
        for made, labels in in_order(self._gathered, self._submitted(make, loads), 1, ahead):
            yield self._ready(made, torch.from_numpy(labels))

    def _submitted(self, make: Make, loads: Iterable[Load]) -> Iterator[tuple[list[Future[Tensor]], Indices]]:
        for pictures, labels in loads:
            parts = [pictures[start : start + AT_ONCE] for start in range(0, len(pictures), AT_ONCE)]
            yield [self._workers.submit(make, part) for part in parts], labels

    def _gathered(self, submitted: tuple[list[Future[Tensor]], Indices]) -> tuple[Tensor, Indices]:
        """What the workers have made, as one batch of bytes, where a GPU can copy from by itself."""
        made, side = self._workers.results(submitted[0]), self._shape.size
        shape, pinned = (sum(map(len, made)), side, side, 3), self._device.type == "cuda"
        gathered = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned)
        return torch.cat(made, out=gathered), submitted[1]

    def _ready(self, pixels: Tensor, labels: Tensor) -> Batch:
        pixels, labels = (part.to(self._device, non_blocking=True) for part in (pixels, labels))
        return normalized(pixels, self._shape), labels
