"""The pictures in a WebDataset tar, with what the files beside them in their sample say."""

import json
import os
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from storage.errors import BadInput

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""How the names of files end that are offered as pictures."""

_TEXT_BYTES = 1 << 20
_TARS = 256  # whose samples are remembered, at some megabytes for ten thousand samples


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: its member's name, where its bytes lie in the tar, and what is said of it (or empty)."""

    member: str
    offset: int
    size: int
    category: str
    caption: str


def _json_text(data: bytes, field: str) -> str:
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    value = held.get(field) if isinstance(held, dict) else None
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""


def _sample(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo], category: str, caption: str) -> Sample | None:
    picture = next((members[suffix] for suffix in PICTURES if suffix in members), None)
    if picture is None:
        return None
    texts = dict.fromkeys((".json", ".txt"), b"")
    for suffix in texts:
        if suffix in members and (file := tar.extractfile(members[suffix])):
            texts[suffix] = file.read(_TEXT_BYTES)
    said = texts[".txt"].decode("utf-8", "replace").strip() or _json_text(texts[".json"], caption)
    return Sample(picture.name, picture.offset_data, picture.size, _json_text(texts[".json"], category), said)


def _forward(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members one behind the other: a tar that is made to harm may lead back, and round and round."""
    end = 0
    for member in tar:
        if member.size < 0 or member.offset < end:
            raise tarfile.ReadError("its members do not follow one another")
        end = member.offset_data
        yield member


def _grouped(tar: tarfile.TarFile) -> dict[str, dict[str, tarfile.TarInfo]]:
    """The members of each sample by how their names end: a sample's name goes up to the first dot of the last part."""
    samples: defaultdict[str, dict[str, tarfile.TarInfo]] = defaultdict(dict)
    for member in _forward(tar):
        folder, _, file = member.name.rpartition("/")
        stem, dot, suffix = file.partition(".")
        if member.isreg() and not member.issparse():
            samples[f"{folder}/{stem}"][dot + suffix.lower()] = member
    return samples


def _broken(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path} is no readable tar: {error}", "mend it, or take it out of the pool")


@lru_cache(maxsize=_TARS)
def _held(path: Path, _size: int, _mtime_ns: int, category: str, caption: str) -> Mapping[str, Sample]:
    try:
        with tarfile.open(path, "r:") as tar:
            found = [_sample(tar, members, category, caption) for members in _grouped(tar).values()]
    except (tarfile.TarError, OSError, ValueError, OverflowError, RecursionError) as error:
        raise _broken(path, error) from error
    return {sample.member: sample for sample in found if sample}


def samples_of(path: Path, category: str, caption: str) -> Mapping[str, Sample]:
    """The samples of a tar in its order, by the names of their pictures.

    `category` and `caption` are fields of their .json; a .txt is a caption too, and comes first. Remembered for as
    long as the tar has this size and time of change. Raises BadInput where it is no plain tar.
    """
    try:
        stat = os.stat(path)
    except OSError as error:
        raise _broken(path, error) from error
    return _held(path, stat.st_size, stat.st_mtime_ns, category, caption)
