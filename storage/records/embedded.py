"""What models see in pictures and names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Embedded:
    """What similarity and copies are judged by, for one picture; its vector lies beside it.

    `phash` and `phash_flipped` are 8 bytes each, the picture's and its mirror image's;
    `thumbnail` is a square of gray bytes.
    """

    digest: str
    phash: bytes
    phash_flipped: bytes
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class ClipEmbedded:
    """A picture in the space that it shares with texts, its vector beside it.

    Not written where the encoder itself is the model that reads texts: then `Embedded` holds the same.
    """

    digest: str


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a class or category as the model that reads texts sees it, its vector beside it."""

    name: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What one scorer of the recipe says of one picture."""

    digest: str
    scorer: str
    score: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that could not be decoded."""

    digest: str
    detail: str
