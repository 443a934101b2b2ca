"""WebDataset tars: the same samples give the same bytes, and every picture can be found by offset."""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage import ustar

CLASS, ABOUT = "cls", "json"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: a picture's bytes, its auxiliary class, and where it comes from, as text.

    `extension` is the picture's file type ("jpg"); `key` has no dot, since WebDataset splits there.
    """

    key: str
    extension: str
    picture: bytes
    label: int
    about: dict[str, str]


@dataclass(frozen=True, slots=True)
class Packed:
    """A whole tar, and per sample key the offset and size of the picture inside it, in bytes."""

    tar: bytes
    places: dict[str, tuple[int, int]]


def _add(tar: io.BytesIO, name: str, data: bytes) -> int:
    """Append one file; the offset of its content."""
    tar.write(ustar.header(name, len(data)))
    offset = tar.tell()
    tar.write(data)
    tar.write(ustar.padding(len(data)))
    return offset


def pack(samples: Iterable[Sample]) -> Packed:
    """Pack samples, in key order, into one tar."""
    tar, places = io.BytesIO(), {}
    for sample in sorted(samples, key=lambda s: s.key):
        places[sample.key] = (_add(tar, f"{sample.key}.{sample.extension}", sample.picture), len(sample.picture))
        _add(tar, f"{sample.key}.{CLASS}", str(sample.label).encode())
        _add(tar, f"{sample.key}.{ABOUT}", json.dumps(sample.about, sort_keys=True).encode())
    tar.write(ustar.END)
    return Packed(tar.getvalue(), places)


def unpack(tar: bytes) -> Iterator[Sample]:
    """The samples of a tar that `pack` made."""
    files: dict[str, dict[str, bytes]] = {}
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        for member in opened:
            key, _, extension = member.name.partition(".")
            held = opened.extractfile(member)
            files.setdefault(key, {})[extension] = held.read() if held else b""
    for key, parts in files.items():
        extension = next(name for name in parts if name not in (CLASS, ABOUT))
        yield Sample(key, extension, parts[extension], int(parts[CLASS]), json.loads(parts[ABOUT]))
