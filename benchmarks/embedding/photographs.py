"""Photographs in one tar, as shards hold them, and what reads one of them by its digest."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing
from storage.filesystem import read_range
from storage.pictures import digest_of

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Shard:
    """A tar of pictures; `places` are offset and size of each, by digest."""

    path: Path
    places: dict[str, tuple[int, int]]

    @property
    def digests(self) -> Sequence[str]:
        """The pictures, in the tar's order."""
        return list(self.places)

    def read(self, digest: str) -> bytes:
        """The bytes of one, checked, as the stage reads them."""
        data = read_range(str(self.path), *self.places[digest])
        if digest_of(data) != digest:
            raise ValueError(f"{self.path} does not hold {digest}")
        return data


def pack(root: Path, count: int, path: Path) -> Shard:
    """The first so many photographs below a folder, spread over it, as one tar."""
    found = sorted(root.rglob("*.jpg"))
    if len(found) < count:
        raise Missing(f"{root} holds {len(found)} photographs of {count}; name the Grocery data set with GROCERY_ROOT")
    with tarfile.open(path, "w") as tar:
        for number, file in enumerate(found[:: len(found) // count][:count]):
            member = tarfile.TarInfo(f"{number:06}.jpg")
            member.size = file.stat().st_size
            tar.addfile(member, io.BytesIO(file.read_bytes()))
    with tarfile.open(path) as tar:
        members = [(member.offset_data, member.size) for member in tar]
    held = path.read_bytes()
    places = {hashlib.sha256(held[at : at + size]).hexdigest(): (at, size) for at, size in members}
    return Shard(path, places)
