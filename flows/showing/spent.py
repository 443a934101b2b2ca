"""What a stage cost: bytes on the disk, and tokens and money where it asked a language model."""

from dataclasses import dataclass

from storage.manifest import Manifest, read_rows, read_table
from storage.records import Crawled, Spend, Stage, StageRef


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and money, in the currency of the recipe's prices."""

    tokens: int
    money: float

    def __bool__(self) -> bool:
        return bool(self.tokens or self.money)


def spent(ref: StageRef, *, stored: bool) -> Spent:
    """What its answers cost: those `stored` before it began, or those that it asked for itself."""
    rows = [row for row in read_rows(ref, Spend) if row.stored is stored] if ref.stage is Stage.NEIGHBORS else []
    return Spent(sum(row.prompt_tokens + row.completion_tokens for row in rows), sum(row.cost for row in rows))


def written(manifest: Manifest) -> int:
    """Bytes of the files that the manifest names."""
    return sum(file.bytes for part in manifest.parts for file in part.files)


def of_pictures(ref: StageRef) -> int:
    """Bytes of the pictures that a crawl brought, each once; those that the store held before are counted in."""
    table = read_table(ref, Crawled.__name__).select(["digest", "size"])
    sizes = dict(zip(table["digest"].to_pylist(), table["size"].to_pylist(), strict=True))
    return sum(size for digest, size in sizes.items() if digest)
