"""Batches of pictures, cut out and flipped at random for training, whole for evaluation."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from storage import filesystem
from storage.errors import DamagedStore
from storage.records import Stage
from training.data import Examples, Indices, Picture, TrainingSet
from training.feed import Batch, numbered, pieces
from training.processes import share
from training.randomness import seeds
from training.sampler import EpochSampler
from vision.decode import Undecodable, decode
from vision.encoders import EncoderConfig, preprocess

MAX_PIXELS = 100_000_000
LEAST_AREA = 0.25
EVALUATION_BATCH = 64

Key = tuple[int, int]
"""The number of a picture, and the seed of its augmentation."""

Sample = tuple[Tensor, int]


def _damaged(picture: Picture, error: OSError | Undecodable) -> DamagedStore:
    why = error.detail if isinstance(error, Undecodable) else error
    if picture.size:
        place = f"{picture.uri}, bytes {picture.offset} to {picture.offset + picture.size},"
        return DamagedStore(f"{place} cannot be read: {why}", f"run the pipeline with --refresh {Stage.SHARD}")
    return DamagedStore(
        f"{picture.uri} cannot be read: {why}",
        f"bring the file back, or run the pipeline with --refresh {Stage.TARGETS}, which lists the files anew",
    )


def read(picture: Picture) -> Image.Image:
    """The picture in RGB; raises DamagedStore, naming it, where its bytes are gone or are no picture."""
    try:
        if picture.size:
            data = filesystem.read_range(picture.uri, picture.offset, picture.size)
        else:
            data = filesystem.read_bytes(picture.uri)
        return decode(data, MAX_PIXELS)
    except (OSError, Undecodable) as error:
        raise _damaged(picture, error) from error


def cut_and_flip(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A random square of 25 to 100% of the picture's area, as far as its shape allows, flipped half of the time."""
    width, height = picture.size
    side = min(int(math.sqrt(rng.uniform(LEAST_AREA, 1) * width * height)), width, height)
    left, top = rng.integers(width - side + 1), rng.integers(height - side + 1)
    cut = picture.crop((int(left), int(top), int(left) + side, int(top) + side))
    return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else cut


class Pictures(Dataset[Sample | DamagedStore]):
    """A map from keys to network inputs and labels; what a key gives never depends on who asks.

    A picture that cannot be read gives its error, for `collated` to hand on.
    """

    def __init__(self, examples: Examples, encoder: EncoderConfig, augmented: bool) -> None:
        self._examples = examples
        self._encoder = encoder
        self._augmented = augmented

    @cached_property
    def _prepare(self) -> Callable[[Image.Image], Tensor]:
        return preprocess(self._encoder)

    def __getitem__(self, key: Key) -> Sample | DamagedStore:
        number, seed = key
        try:
            picture = read(self._examples.inputs[number])
        except DamagedStore as error:
            return error
        if self._augmented:
            picture = cut_and_flip(picture, np.random.default_rng(seed))
        return self._prepare(picture), int(self._examples.labels[number])


def collated(samples: list[Sample | DamagedStore]) -> Batch | DamagedStore:
    """Samples as a batch, or the first one's error.

    Errors are handed on as values, since of one that a worker raises the loader keeps no more than
    the text: it would arrive as a RuntimeError that says nothing of a mend.
    """
    for sample in samples:
        if isinstance(sample, DamagedStore):
            return sample
    inputs, labels = default_collate(samples)
    return inputs, labels


class PictureFeed:
    """Pictures read where they lie, decoded by `workers` processes, or in this one where that is 0."""

    def __init__(
        self, data: TrainingSet, sampler: EpochSampler, encoder: EncoderConfig, seed: int, workers: int
    ) -> None:
        self._examples = numbered(data)
        self._sampler = sampler
        self._encoder = encoder
        self._seed = seed
        self._workers = workers

    def training(self, steps: range) -> Iterator[Batch]:
        """One batch a step."""
        batches = (self._keys(step, self._sampler.batch(step)) for step in steps)
        return self._load(Pictures(self._examples, self._encoder, augmented=True), batches)

    def evaluation(self, examples: Examples) -> Iterator[Batch]:
        """The process's share of the examples, in order."""
        batches = ([(number, 0) for number in piece.tolist()] for piece in pieces(examples, EVALUATION_BATCH))
        return self._load(Pictures(examples, self._encoder, augmented=False), batches)

    def _keys(self, step: int, numbers: Indices) -> list[Key]:
        # Drawn for the whole batch: a picture is cut the same way, however many processes share it out.
        drawn = seeds(self._seed, "augmentation", step, len(numbers))
        return list(zip(numbers.tolist(), drawn, strict=True))[share()]

    def _load(self, pictures: Pictures, batches: Iterable[list[Key]]) -> Iterator[Batch]:
        # A generator of its own: the loader would else draw its workers' seeds from torch's global one.
        generator = torch.Generator().manual_seed(self._seed)
        # Forked workers would inherit the threads and exit handlers of whatever runs the training.
        context = "forkserver" if self._workers else None
        loader = DataLoader(
            pictures, batch_sampler=batches, num_workers=self._workers, generator=generator,
            multiprocessing_context=context, collate_fn=collated,
        )  # fmt: skip
        for batch in loader:
            if isinstance(batch, DamagedStore):
                raise batch
            yield batch
