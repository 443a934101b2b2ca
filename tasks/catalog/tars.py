"""The pictures in a tar with their digests, remembered by the tar's path, size and time of change."""

import hashlib
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from storage import filesystem, tables
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.picture_names import is_picture
from storage.records import Cataloged
from storage.tars import TAR, Member, members
from tasks.catalog.found import is_hidden
from tasks.catalog.packed import is_packed
from tasks.progress import counted

CHUNK = 1 << 20
ROWS = 1 << 16
"""Rows that are held as objects at a time."""

VERSION = 2
"""Of what is remembered: a tar that an older version took for whole may be cut off."""


def _key(name: str) -> str:
    """A member's name without what says nothing: "./a//b.jpg" and "/a/b.jpg" are "a/b.jpg"."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _digest(file: BinaryIO, member: Member, path: Path) -> str:
    digest, left = hashlib.sha256(), member.size
    file.seek(member.offset)
    while left:
        data = file.read(min(left, CHUNK))
        if not data:
            raise BadInput(f"{path} grew shorter while it was read", "wait until it is whole, and run this again")
        digest.update(data)
        left -= len(data)
    return digest.hexdigest()


def _refuse_archive(key: str, path: Path) -> None:
    if not is_hidden(key) and (key.lower().endswith(TAR) or is_packed(key)):
        raise BadInput(
            f"{path} holds an archive, {key}, which cannot be read picture by picture",
            "unpack it into a folder and give that, its archives unpacked or moved out in turn",
        )


def _rows(path: Path) -> Iterator[Cataloged]:
    tell, done = counted(f"catalog {path.name}, bytes", path.stat().st_size), 0
    with path.open("rb") as file:
        for member in members(file, str(path)):
            key = _key(member.name)
            _refuse_archive(key, path)
            if is_picture(key) and not is_hidden(key):
                yield Cataloged(key, _digest(file, member, path), str(path), member.offset, member.size)
            tell(member.offset + member.size - done)
            done = member.offset + member.size


def _read(path: Path) -> pa.Table:
    rows, held = _rows(path), [tables.schema_of(Cataloged).empty_table()]
    while batch := list(islice(rows, ROWS)):
        held.append(tables.to_table(batch, Cataloged))
    return pa.concat_tables(held)


def list_tar(path: Path, held: os.stat_result, known: str) -> pa.Table:
    """The pictures of a tar, a table of Cataloged by member; `known` is the uri of a folder that remembers it."""
    uri = filesystem.join(known, f"{fingerprint(VERSION, str(path), held.st_size, held.st_mtime_ns)}.parquet")
    if not filesystem.exists(uri):
        tables.write_table(uri, _read(path))
    return tables.read_table(uri)
