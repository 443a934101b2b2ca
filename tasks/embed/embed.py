"""Pictures to vectors, scores, hashes and thumbnails, each picture decoded once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from storage.records import Embedded, Scored, Unreadable
from tasks.embed.config import EmbedConfig, HashConfig
from tasks.embed.models import Models, workers_of
from tasks.embed.sources import Read
from vision.computing import one_core_each
from vision.decode import Undecodable, decode_scaled
from vision.hashes import SIDE, gray_thumbnail, perceptual_hashes
from vision.loader import in_order
from vision.preprocess import Pixels
from vision.vectors import Vectors

FINER = 2
"""A JPEG is decoded at no less than so many times an encoder's input side, so that hardly a pixel tells."""

Matrices = tuple[NDArray[np.float32], ...]
"""Of each encoder the vectors of some pictures."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of some pictures: a row and, for each encoder, a vector [dim] of each that can be read.

    All in the order in which they were given.
    """

    rows: list[Embedded] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    matrices: Matrices = ()
    scores: list[Scored] = field(default_factory=list)

    @property
    def vectors(self) -> Vectors:
        """The first encoder's, beside the rows; [n, 0] where there is none."""
        return Vectors.of_rows(
            self.rows, self.matrices[0] if self.matrices else np.zeros((len(self.rows), 0), np.float32)
        )


def _row(digest: str, picture: Image.Image) -> Embedded:
    thumbnail = gray_thumbnail(picture)
    phash, flipped = perceptual_hashes(thumbnail)
    return Embedded(digest, phash, flipped, thumbnail.tobytes())


def _decoded(
    digests: Sequence[str], read: Read, config: HashConfig, models: Models
) -> tuple[Seen, list[tuple[Pixels, ...]]]:
    """Rows of the pictures that can be read, and their squares for each encoder."""
    at_least = max([SIDE, *(round(FINER * each.image_size / each.config.crop_share) for each in models.encoders)])
    seen, squares = Seen(), []
    for digest in digests:
        try:
            picture = decode_scaled(read(digest), config.max_pixels, 1, at_least).picture
        except Undecodable as error:
            seen.unreadable.append(Unreadable(digest, f"{error.reason}: {error.detail}"))
            continue
        seen.rows.append(_row(digest, picture))
        squares.append(tuple(encoder.square(picture) for encoder in models.encoders))
    return seen, squares


def _scores(rows: Sequence[Embedded], vectors: NDArray[np.float32], models: Models) -> Iterator[Scored]:
    for name, score in models.scorers:
        for row, value in zip(rows, score(vectors).tolist(), strict=True):
            yield Scored(row.digest, name, value)


def _finite(seen: Seen, matrices: Matrices) -> tuple[Seen, Matrices]:
    """Without the pictures that a model makes no numbers of, as half precision may: no bound would hold them."""
    if all(np.isfinite(matrix).all() for matrix in matrices):
        return seen, matrices
    good = np.logical_and.reduce([np.isfinite(matrix).all(1) for matrix in matrices])
    lost = [
        Unreadable(row.digest, "an encoder gives no finite vector")
        for row, fine in zip(seen.rows, good, strict=True) if not fine
    ]  # fmt: skip
    rows = [row for row, fine in zip(seen.rows, good, strict=True) if fine]
    return Seen(rows, [*seen.unreadable, *lost]), tuple(matrix[good] for matrix in matrices)


def _batch(digests: Sequence[str], read: Read, config: HashConfig, models: Models) -> Seen:
    """One batch from its bytes to its scores, in one thread."""
    seen, squares = _decoded(digests, read, config, models)
    matrices = tuple(
        encoder.encode_squares([each[place] for each in squares]) for place, encoder in enumerate(models.encoders)
    )
    seen, matrices = _finite(seen, matrices)
    scores = list(_scores(seen.rows, matrices[-1], models)) if models.scorers else []
    return Seen(seen.rows, seen.unreadable, matrices, scores)


def _joined(batches: Sequence[Seen], models: Models) -> Seen:
    matrices = [
        np.concatenate([np.zeros((0, encoder.dim), np.float32), *(batch.matrices[place] for batch in batches)])
        for place, encoder in enumerate(models.encoders)
    ]
    rows, unreadable, scores = (
        list(chain.from_iterable(lists))
        for lists in zip(*((each.rows, each.unreadable, each.scores) for each in [*batches, Seen()]), strict=True)
    )
    return Seen(rows, unreadable, tuple(matrices), scores)


def _batches(digests: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(digests)
    while batch := list(islice(left, size)):
        yield batch


def embed(
    digests: Iterable[str], read: Read, config: HashConfig, models: Models, tell: Callable[[int], None] = lambda _: None
) -> Seen:
    """What is known of each picture, in the given order; `tell` hears how many more are done.

    A thread for each core takes a batch all the way, so that while some decode others compute, no
    more batches are held than threads can be busy with, and no core waits for another.
    """
    asked = config.batch_size if isinstance(config, EmbedConfig) else None
    work, workers = partial(_batch, read=read, config=config, models=models), workers_of(config)
    done = []
    with one_core_each() if models.encoders else nullcontext():
        for batch in in_order(work, _batches(digests, models.batch_size(asked)), workers, 2 * workers):
            done.append(batch)
            tell(len(batch.rows) + len(batch.unreadable))
    return _joined(done, models)
