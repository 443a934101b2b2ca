"""What a generated run is made of: names, URLs, pictures of a few bytes and their vectors, each from its number."""

import hashlib
import io

import numpy as np
from PIL import Image

from storage.records import Embedded
from vision.hashes import SIDE

DIM = 384
"""Numbers in a vector: those of a ViT-S."""

PER_CATEGORY = 100
"""Pictures of one neighbor category."""

NEAR = 0.6
"""The share of its category's own direction in a picture's vector; the rest is its own."""

COPIES = 20
"""One picture in so many is a copy of the one before it."""

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprtv" for vowel in "aiou"]


def name_of(number: int) -> str:
    """An invented word, another for each number: none is in a dictionary, and none is a plural of another."""
    letters, left = "", number
    for _ in range(5):
        left, at = divmod(left, len(_SYLLABLES))
        letters += _SYLLABLES[at]
    return f"x{letters}"


def url_of(number: int) -> str:
    """The address of a picture that the store holds, so that no host is asked for it."""
    return f"https://host-{number % 1000}.example.org/{number}.jpg"


def _encoded() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "gray").save(file, "JPEG")
    return file.getvalue()


_ENCODED = _encoded()


def picture_of(number: int) -> bytes:
    """A JPEG of 16 x 16 pixels and its number behind its end: decoders stop before it, digests do not."""
    return _ENCODED + number.to_bytes(8, "big")


def _bytes_of(digest: str, count: int) -> bytes:
    return hashlib.shake_128(digest.encode()).digest(count)


def row_of(digest: str, like: str) -> Embedded:
    """Hashes and a thumbnail of noise, those of the picture `like`."""
    drawn = _bytes_of(like, 16 + SIDE * SIDE)
    return Embedded(digest, drawn[:8], drawn[8:16], drawn[16:])


def center_of(category: str) -> np.ndarray:
    """The unit direction of a category, float32 [DIM]."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(category.encode()).digest()[:8], "big"))
    drawn = rng.standard_normal(DIM, dtype=np.float32)
    unit: np.ndarray = drawn / np.linalg.norm(drawn)
    return unit


def vector_of(like: str, center: np.ndarray) -> np.ndarray:
    """A unit vector around its category's direction, float32 [DIM]; the same for every copy of `like`."""
    drawn = np.random.default_rng(int(like[:15], 16)).standard_normal(DIM, dtype=np.float32)
    mixed = NEAR * center + (1 - NEAR) * drawn / np.linalg.norm(drawn)
    unit: np.ndarray = mixed / np.linalg.norm(mixed)
    return unit
