"""The pictures in a WebDataset tar, with what the files beside them in their sample say."""

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from storage.errors import BadInput
from storage.picture_names import SUFFIXES
from storage.tars import Member, members

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


def _sample(file: BinaryIO, held: Mapping[str, Member], category: str, caption: str) -> Sample | None:
    picture = next((held[suffix] for suffix in SUFFIXES if suffix in held), None)
    if picture is None:
        return None
    texts = dict.fromkeys((".json", ".txt"), b"")
    for suffix in texts:
        if found := held.get(suffix):
            file.seek(found.offset)
            texts[suffix] = file.read(min(found.size, _TEXT_BYTES))
    said = texts[".txt"].decode("utf-8", "replace").strip() or _json_text(texts[".json"], caption)
    return Sample(picture.name, picture.offset, picture.size, _json_text(texts[".json"], category), said)


def _grouped(file: BinaryIO, name: str) -> dict[str, dict[str, Member]]:
    """The members of each sample by how their names end: a sample's name goes up to the first dot of the last part."""
    samples: defaultdict[str, dict[str, Member]] = defaultdict(dict)
    for member in members(file, name):
        folder, _, last = member.name.rpartition("/")
        stem, dot, suffix = last.partition(".")
        samples[f"{folder}/{stem}"][dot + suffix.lower()] = member
    return samples


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{path} cannot be read: {error}", "mend it, or take it out of the pool")


@lru_cache(maxsize=_TARS)
def _held(path: Path, _size: int, _mtime_ns: int, category: str, caption: str) -> Mapping[str, Sample]:
    try:
        with path.open("rb") as file:
            found = [_sample(file, held, category, caption) for held in _grouped(file, str(path)).values()]
    except OSError as error:
        raise _unreadable(path, error) from error
    return {sample.member: sample for sample in found if sample}


def samples_of(path: Path, category: str, caption: str) -> Mapping[str, Sample]:
    """The samples of a tar in its order, by the names of their pictures.

    `category` and `caption` are fields of their .json; a .txt is a caption too, and comes first. Remembered for as
    long as the tar has this size and time of change. Raises BadInput where it is no plain tar.
    """
    try:
        stat = os.stat(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    return _held(path, stat.st_size, stat.st_mtime_ns, category, caption)
