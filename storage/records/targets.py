"""The long-tailed data set, and data sets that lie outside."""

from dataclasses import dataclass, field
from enum import StrEnum

from storage.records.volatile import VOLATILE


class Split(StrEnum):
    """The three parts of a target data set; selection uses VAL only, TEST is read once."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class TargetClass:
    """One class of the long-tailed data set; `name` is as people write it ("golden delicious").

    `aliases` are its other names, `definition` is one sentence of what it is and `taxonomy` a path
    from the kind to it ("fruit > citrus > lemon"); empty where the data set does not say.
    """

    label: int
    name: str
    train: int
    val: int
    test: int
    aliases: tuple[str, ...] = ()
    definition: str = ""
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class TargetPicture:
    """One picture of the target data set; `key` is its path in its list, `digest` its SHA-256."""

    key: str
    split: Split
    label: int
    digest: str
    path: str = field(metadata=VOLATILE)


@dataclass(frozen=True, slots=True)
class Cataloged:
    """One picture of a data set that lies outside: a file of its own, or `size` bytes of a tar from `offset` on.

    `key` is its path in the data set, a tar's member named below its tar; `digest` is its SHA-256.
    """

    key: str
    digest: str
    path: str = field(metadata=VOLATILE)
    offset: int = field(metadata=VOLATILE)
    size: int
