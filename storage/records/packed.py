"""What the shards hold."""

from dataclasses import dataclass, field

from storage.records.volatile import VOLATILE


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """One auxiliary class as the shards hold it: `index` is what the samples' .cls files say."""

    index: int
    name: str
    parents: tuple[int, ...]
    pictures: int


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """Where one kept picture lies: `offset` and `size` are of its bytes inside the tar.

    `shard` is the tar's name below the stage's folder, attempt included.
    """

    key: str
    digest: str
    neighbor: str
    offset: int
    size: int
    shard: str = field(metadata=VOLATILE)
