"""Pictures to vectors, hashes and thumbnails, each picture decoded once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from PIL import Image

from storage.errors import TooMuchLost
from storage.records import Embedded, Unreadable
from tasks.embed.config import EmbedConfig
from vision.decode import Undecodable, decode
from vision.encoders import Encoder
from vision.hashes import gray_thumbnail, perceptual_hashes
from vision.vectors import Vectors

NAMED = 3
"""How many lost files an error names."""


def check_unreadable(listed: Sequence[tuple[str, str]], unreadable: Sequence[Unreadable], config: EmbedConfig) -> None:
    """Raise TooMuchLost where more than max_unreadable of the pictures are, listed as (digest, file or URL)."""
    why = {row.digest: row.detail for row in unreadable}
    lost = [f"{name} ({why[digest]})" for digest, name in listed if digest in why]
    if len(lost) <= config.max_unreadable * len(listed):
        return
    raise TooMuchLost(
        f"{len(lost)} of {len(listed)} pictures cannot be read, such as {'; '.join(lost[:NAMED])}",
        f"replace or remove them, or raise embed.max_unreadable ({config.max_unreadable:g})",
    )


def _row(digest: str, picture: Image.Image) -> Embedded:
    thumbnail = gray_thumbnail(picture)
    phash, flipped = perceptual_hashes(thumbnail)
    return Embedded(digest, phash, flipped, thumbnail.tobytes())


def _readable(
    items: Iterable[tuple[str, bytes]], config: EmbedConfig, unreadable: list[Unreadable]
) -> Iterator[tuple[str, Image.Image]]:
    for digest, data in items:
        try:
            yield digest, decode(data, config.max_pixels)
        except Undecodable as error:
            unreadable.append(Unreadable(digest, f"{error.reason}: {error.detail}"))


def embed(
    items: Iterable[tuple[str, bytes]], config: EmbedConfig, encoder: Encoder
) -> tuple[Vectors, list[Unreadable]]:
    """Embed pictures given as (digest, bytes), each digest once; both results keep the given order.

    A generator of items is drawn from batch by batch, so a partition is never held whole.
    """
    unreadable: list[Unreadable] = []
    readable = _readable(items, config, unreadable)
    rows, matrices = [], [np.zeros((0, encoder.dim), np.float32)]
    while batch := list(islice(readable, config.batch_size)):
        rows += [_row(digest, picture) for digest, picture in batch]
        matrices.append(encoder.encode([picture for _, picture in batch]))
    return Vectors(rows, np.concatenate(matrices)), unreadable
