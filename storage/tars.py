"""The files inside a tar as places in it: nothing is unpacked, no header believed beyond what the tar can hold."""

import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.errors import BadInput

TAR = ".tar"
BLOCK = tarfile.BLOCKSIZE

LONGEST_HEADER, LONGEST_NAME = 1 << 20, 4096
"""The most bytes that are read of one extended header, and the most characters of a name."""

_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_EXTENDED = (*_PAX, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
"""Members that say something of the one behind them."""

_EMPTY = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)
"""Members behind whose header there is nothing, whatever size it gives."""

_END = bytes(BLOCK)
"""What follows the last member; writers differ in how many of these they write, and in what follows."""

_LENGTH = re.compile(rb"(\d{1,7}) ")


@dataclass(frozen=True, slots=True)
class Member:
    """One regular file in a tar: its `size` bytes begin at `offset`."""

    name: str
    offset: int
    size: int


def _text(name: bytes) -> str:
    """A name as text that can be written anywhere, whatever bytes it has."""
    return name.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _records(data: bytes) -> dict[str, str]:
    """What a pax header says, by keyword; ValueError where it is none."""
    told, at = {}, 0
    while at < len(data) and data[at]:
        found = _LENGTH.match(data, at)
        end = at + int(found[1]) if found else 0
        if not found or not found.end() < end <= len(data):
            raise ValueError("an extended header makes no sense")
        keyword, _, value = data[found.end() : end - 1].partition(b"=")
        told[_text(keyword)] = _text(value)
        at = end
    return told


def _said(kind: bytes, data: bytes) -> dict[str, str]:
    """What an extended header says of the member behind it, in the keywords of pax."""
    said = _records(data) if kind in _PAX else {"path": _text(data)} if kind == tarfile.GNUTYPE_LONGNAME else {}
    if len(said.get("path", "")) > LONGEST_NAME:
        raise ValueError(f"a name has {len(said['path'])} characters")
    if any(keyword.startswith("GNU.sparse") for keyword in said):
        raise ValueError("a file is stored with holes")
    return said


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _header(file: BinaryIO, at: int) -> tarfile.TarInfo | None:
    """The header there; None at the block of zeros that ends a tar."""
    block = _at(file, at, BLOCK)
    if block == _END:
        return None
    if not block:
        raise ValueError("it is cut off: no block of zeros ends it")
    header = tarfile.TarInfo.frombuf(block, "utf-8", "backslashreplace")
    if header.type == tarfile.GNUTYPE_SPARSE:
        raise ValueError("a file is stored with holes")
    return header


def _size(header: tarfile.TarInfo, said: dict[str, str], left: int) -> int:
    """How many bytes follow the header, at most the `left` ones."""
    size = 0 if header.type in _EMPTY else header.size
    if header.type in _FILES:
        size = int(said.get("size", size))
    if not 0 <= size <= (min(left, LONGEST_HEADER) if header.type in _EXTENDED else left):
        raise ValueError(f"{header.name[:80]!r} is said to have {size} bytes, and {left} are left")
    return size


def _read(file: BinaryIO, end: int) -> Iterator[Member]:
    if not end:
        raise ValueError("it is empty")
    at, said = 0, dict[str, str]()
    while header := _header(file, at):
        at += BLOCK
        size = _size(header, said, end - at)
        if header.type in _EXTENDED:
            said |= _said(header.type, _at(file, at, size))
        else:
            if header.type in _FILES:
                yield Member(said.get("path", header.name), at, size)
            said = {}
        at += -(-size // BLOCK) * BLOCK


def members(file: BinaryIO, name: str) -> Iterator[Member]:
    """The regular files of an open tar in order, one at a time; between two, the caller may read where it likes.

    Links, folders and devices are passed over. Raises BadInput, which calls the tar by `name`, where it is broken.
    """
    end = file.seek(0, os.SEEK_END)
    try:
        yield from _read(file, end)
    except (ValueError, tarfile.HeaderError) as error:
        raise BadInput(
            f"{name} cannot be read as a tar: {error}",
            "fetch or pack it again, uncompressed and without --sparse; `tar -tvf` shows how far it is whole",
        ) from error
