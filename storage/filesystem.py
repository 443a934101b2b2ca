"""Whole files under one data root, local or remote, through fsspec.

A write is visible only when it is whole: object stores give that by themselves, a local
file is written beside its name and then renamed over it.
"""

import os
import uuid
from contextlib import suppress
from functools import cache
from typing import Any

import fsspec

PARTIAL = ".partial"
"""The ending of a local file that is not whole yet, or never became so."""


@cache
def _filesystem(protocol: str) -> Any:  # fsspec ships no types
    return fsspec.filesystem(protocol)


def _split(uri: str) -> tuple[Any, str]:
    protocol, _, rest = uri.rpartition("://")
    return (_filesystem(protocol), rest) if protocol else (_filesystem("file"), uri)


def join(root: str, *names: str) -> str:
    """A path below the root."""
    return "/".join([root.rstrip("/"), *names])


def exists(uri: str) -> bool:
    """Whether a whole file lies there."""
    fs, path = _split(uri)
    return bool(fs.isfile(path))


def read_bytes(uri: str) -> bytes:
    """The whole file; FileNotFoundError where there is none."""
    fs, path = _split(uri)
    return bytes(fs.cat_file(path))


def read_range(uri: str, offset: int, size: int) -> bytes:
    """`size` bytes of a file from `offset`."""
    fs, path = _split(uri)
    return bytes(fs.cat_file(path, start=offset, end=offset + size))


def write_bytes(uri: str, data: bytes | memoryview) -> None:
    """Write a file that appears only when it is whole; a local one without a copy of its bytes."""
    fs, path = _split(uri)
    if "file" not in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,)):
        fs.pipe_file(path, bytes(data))  # clients of object stores refuse a memoryview
        return
    fs.makedirs(os.path.dirname(path), exist_ok=True)
    partial = f"{path}.{uuid.uuid4().hex[:8]}{PARTIAL}"
    with open(partial, "wb") as file:
        file.write(data)
    os.replace(partial, path)


def remove(uri: str) -> None:
    """Remove a file; one that is gone already is no error."""
    fs, path = _split(uri)
    with suppress(FileNotFoundError):
        fs.rm_file(path)


def _list(uri: str, kind: str) -> list[str]:
    fs, path = _split(uri)
    if not fs.isdir(path):
        return []
    return sorted(os.path.basename(entry["name"]) for entry in fs.ls(path, detail=True) if entry["type"] == kind)


def list_files(uri: str) -> list[str]:
    """The names of the files directly inside a folder, sorted; none where there is no folder."""
    return _list(uri, "file")


def list_folders(uri: str) -> list[str]:
    """The names of the folders directly inside a folder, sorted; none where there is no folder."""
    return _list(uri, "directory")
