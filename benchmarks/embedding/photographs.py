"""Photographs in tars, as the product packs them, and what reads one of them by its digest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing
from storage.filesystem import read_range
from storage.pictures import digest_of
from storage.shards import Sample, pack


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture lies: a tar, and the offset and size in it in bytes."""

    tar: Path
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Shards:
    """Tars of pictures, whose keys are their digests; `places` has each by its digest, in the tars' order."""

    places: dict[str, Place]

    @property
    def digests(self) -> Sequence[str]:
        """The pictures, in the tars' order."""
        return list(self.places)

    @property
    def tars(self) -> Sequence[Path]:
        """The files."""
        return sorted({place.tar for place in self.places.values()})

    def read(self, digest: str) -> bytes:
        """The bytes of one, checked, as the stage reads them."""
        place = self.places[digest]
        data = read_range(str(place.tar), place.offset, place.size)
        if digest_of(data) != digest:
            raise ValueError(f"{place.tar} does not hold {digest}")
        return data


def _sample(photograph: Path) -> Sample:
    data = photograph.read_bytes()
    return Sample(digest_of(data), "jpg", data, 0, {})


def _packed(photographs: Sequence[Path], tar: Path) -> Iterator[tuple[str, Place]]:
    packed = pack(map(_sample, photographs))
    tar.write_bytes(packed.tar)
    yield from ((digest, Place(tar, *place)) for digest, place in packed.places.items())


def shards(root: Path, count: int, folder: Path, tars: int = 1) -> Shards:
    """So many photographs, spread over all that lie below `root`, in so many tars below `folder`."""
    found = sorted(root.rglob("*.jpg"))
    if len(found) < count:
        raise Missing(f"{root} holds {len(found)} photographs of {count}; name the Grocery data set with GROCERY_ROOT")
    folder.mkdir(parents=True)
    chosen = found[:: len(found) // count][:count]
    places: dict[str, Place] = {}
    for number in range(tars):
        places.update(_packed(chosen[number::tars], folder / f"{number:05}.tar"))
    return Shards(places)
