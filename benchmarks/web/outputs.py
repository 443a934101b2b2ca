"""What both clients packed, and whether it is the same thing."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from benchmarks.web.kinds import number_of
from benchmarks.web.pictures import is_turned, path_of

_UPRIGHT = 16.0  # mean difference in gray levels; a picture that lies on its side is several times as far off
_CLOSE_LOOK = (32, 32)


@dataclass(frozen=True, slots=True)
class Packed:
    """One picture as a client packed it, with the hash that it states."""

    data: bytes
    sha256: str

    def open(self) -> Image.Image:
        """The picture, not yet decoded."""
        return Image.open(io.BytesIO(self.data))


Outputs = Mapping[int, Packed]
"""A client's pictures by number."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """How far two outputs of the same web agree; all are counts of pictures.

    `same_size` and `same_tables` (JPEG quantization, that is: quality) are of those that both
    hold and no EXIF turns. `hashes` state the SHA-256 of the original or of the packed bytes.
    `wrongly_turned` are of `turned`.
    """

    both: int
    straight: int
    same_size: int
    same_tables: int
    turned: int
    hashes: Mapping[str, int]
    wrongly_turned: Mapping[str, int]


def _members(tar: Path) -> Iterator[tuple[str, bytes]]:
    # A client that was killed leaves a tar that breaks off: what is whole in it counts.
    with suppress(tarfile.ReadError), tarfile.open(tar, "r|") as opened:
        for member in opened:
            if held := opened.extractfile(member):
                yield member.name, held.read()


def read_outputs(tars: Path) -> dict[int, Packed]:
    """All pictures that lie whole in the tars of a folder."""
    found: dict[int, Packed] = {}
    for tar in sorted(tars.glob("*.tar")):
        parts = dict(_members(tar))
        for name, about in parts.items():
            data = parts.get(name.replace(".json", ".jpg"))
            if name.endswith(".json") and data:
                said = json.loads(about)
                found[number_of(said["url"])] = Packed(data, said["sha256"])
    return found


def is_upright(packed: Packed, original: bytes) -> bool:
    """Whether the picture stands as the EXIF of its original says."""
    with Image.open(io.BytesIO(original)) as lying, packed.open() as seen:
        standing = ImageOps.exif_transpose(lying)
        if (standing.width > standing.height) != (seen.width > seen.height):
            return False
        looks = [
            np.asarray(one.convert("L").resize(_CLOSE_LOOK, Image.Resampling.BOX), float) for one in (standing, seen)
        ]
    return float(np.abs(looks[0] - looks[1]).mean()) < _UPRIGHT


def _tables(packed: Packed) -> dict[int, list[int]]:
    with packed.open() as picture:
        return dict(picture.quantization)  # type: ignore[attr-defined]  # what JPEG pictures have


def _size(packed: Packed) -> tuple[int, int]:
    with packed.open() as picture:
        return picture.size


def _states_its_hash(packed: Packed, original: bytes) -> bool:
    return packed.sha256 in (hashlib.sha256(original).hexdigest(), hashlib.sha256(packed.data).hexdigest())


def compare(outputs: Mapping[str, Outputs], pictures: Path) -> Sameness:
    """Two clients' outputs, by the clients' names."""
    one, other = outputs.values()
    both = sorted(one.keys() & other.keys())
    straight = [number for number in both if not is_turned(number)]
    turned = [number for number in both if is_turned(number)]
    originals = {number: path_of(pictures, number).read_bytes() for number in both}
    return Sameness(
        len(both),
        len(straight),
        sum(_size(one[number]) == _size(other[number]) for number in straight),
        sum(_tables(one[number]) == _tables(other[number]) for number in straight),
        len(turned),
        {name: sum(_states_its_hash(out[n], originals[n]) for n in both) for name, out in outputs.items()},
        {name: sum(not is_upright(out[n], originals[n]) for n in turned) for name, out in outputs.items()},
    )
