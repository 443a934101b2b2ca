"""Pictures read where they lie, as squares of bytes at the network's input size: what a worker can do of its work."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storage import filesystem
from storage.errors import DamagedStore
from storage.records import Stage
from training.augment import augmented
from training.data import Picture
from training.sections import Augment
from vision.decode import Undecodable, decode
from vision.inputs import Input
from vision.preprocess import square

MAX_PIXELS = 100_000_000

Seeded = tuple[Picture, int]
"""A picture, and the seed of its augmentation."""


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


def squares(pictures: Sequence[Seeded], shape: Input, augment: Augment | None) -> Tensor:
    """Bytes [n, side, side, 3]: augmented, or the pictures as they are, whichever process makes them."""
    made = [
        augmented(read(picture), shape, augment, seed) if augment else square(read(picture), shape)
        for picture, seed in pictures
    ]
    return torch.from_numpy(np.stack(made))
