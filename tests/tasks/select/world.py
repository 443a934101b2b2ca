"""Small sets of candidates and targets for tests of selection; a picture's vector is chosen, its thumbnail drawn."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from storage.records import Embedded, Neighbor, Relation, Split, TargetPicture
from tasks.select.fetched import Fetched
from tests.vision.scenes import scene
from vision.hashes import gray_thumbnail, perceptual_hashes
from vision.vectors import Vectors

DIM = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: its digest, what is seen, and its vector."""

    digest: str
    picture: Image.Image
    vector: np.ndarray


def unit(values: np.ndarray) -> np.ndarray:
    """The values as float32 of norm 1."""
    normed: np.ndarray = (values / np.linalg.norm(values)).astype(np.float32)
    return normed


def around(axis: int, seed: int, spread: float = 0.1) -> np.ndarray:
    """A unit vector near one axis: `axis` says what a picture is of."""
    return unit(np.eye(DIM)[axis] + np.random.default_rng(seed).normal(0, spread, DIM))


def shown(seed: int, axis: int, picture: Image.Image | None = None, vector: np.ndarray | None = None) -> Shown:
    """Picture number `seed`, of what `axis` says."""
    digest = hashlib.sha256(f"picture {seed}".encode()).hexdigest()
    return Shown(digest, picture or scene(seed, 96, 96), around(axis, seed) if vector is None else vector)


def vectors(pictures: Sequence[Shown]) -> Vectors:
    """The pictures as the embed stage hands them on."""
    distinct = list({picture.digest: picture for picture in pictures}.values())
    rows = []
    for held in distinct:
        thumbnail = gray_thumbnail(held.picture)
        rows.append(Embedded(held.digest, *perceptual_hashes(thumbnail), thumbnail.tobytes()))
    matrix = np.stack([held.vector for held in distinct]) if distinct else np.zeros((0, DIM), np.float32)
    return Vectors.of_rows(rows, matrix)


def candidate(held: Shown, number: int, neighbor: str = "lime") -> Fetched:
    """The picture as the crawl found it, at URL number `number`."""
    return Fetched(f"https://pictures.example/{number}", neighbor, held.digest, *held.picture.size)


def target(held: Shown, label: int, split: Split = Split.TRAIN) -> TargetPicture:
    """The picture as one of the target data set."""
    return TargetPicture(f"{held.digest[:6]}.jpg", split, label, held.digest, "")


def neighbor(name: str, *parents: int) -> Neighbor:
    """A vetted category."""
    return Neighbor(name, parents, Relation.SIBLING, (name,), "", None, "", "m", "p")
