"""What the product reports: its hashes, thumbnails and vectors, its nominations and its alignment."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from storage.records import Embedded
from tasks.select.copies import copy_scores, nominate
from vision.config import EncoderConfig
from vision.decode import decode
from vision.encoders import Encoder, load_encoder
from vision.hashes import gray_thumbnail, perceptual_hashes
from vision.vectors import Vectors

Seen = tuple[list[Embedded], np.ndarray]
"""Rows, and beside them their vectors."""

MOST_PIXELS = 10**8
_BATCH = 8


def encoder(checkpoint: Path) -> Encoder:
    """The MobileNetV1 that the Grocery recipe embeds with."""
    half = (0.5, 0.5, 0.5)
    return load_encoder(
        EncoderConfig(
            kind="timm", name="mobilenetv1_100", checkpoint=str(checkpoint), options={"pad_type": "same"},
            mean=half, std=half,
        )
    )  # fmt: skip


def seen(files: Sequence[Path], model: Encoder) -> Seen:
    """The files as the embed stage sees them; a row's digest is its file's name."""
    rows, matrices = [], []
    for start in range(0, len(files), _BATCH):
        batch = files[start : start + _BATCH]
        pictures = [decode(file.read_bytes(), MOST_PIXELS) for file in batch]
        matrices.append(model.encode(pictures))
        for file, thumbnail in zip(batch, map(gray_thumbnail, pictures), strict=True):
            rows.append(Embedded(file.name, *perceptual_hashes(thumbnail), thumbnail.tobytes()))
    return rows, np.concatenate(matrices)


def together(one: Seen, other: Seen) -> Vectors:
    """The pictures of both."""
    return Vectors.of_rows([*one[0], *other[0]], np.concatenate([one[1], other[1]]))


def reported(pictures: Vectors, bounds: Sequence[float], shortlist: int) -> list[set[tuple[str, str]]]:
    """The pairs of file names that are copies by each bound."""
    pairs = nominate(pictures, pictures, shortlist)
    scores = copy_scores(pictures, pictures, pairs)
    names = np.array(pictures.digests)
    ordered = np.sort(names[pairs], axis=1)
    return [{(str(a), str(b)) for a, b in ordered[scores >= bound]} for bound in bounds]
