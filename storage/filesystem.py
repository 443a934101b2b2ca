"""Whole files under one data root, local or remote, through fsspec.

A write is visible only when it is whole: object stores give that by themselves, a local
file is written beside its name and then renamed over it.
"""

import os
import uuid
from functools import cache
from typing import Any

import fsspec


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


def write_bytes(uri: str, data: bytes) -> None:
    """Write a file that appears only when it is whole."""
    fs, path = _split(uri)
    if "file" not in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,)):
        fs.pipe_file(path, data)
        return
    fs.makedirs(os.path.dirname(path), exist_ok=True)
    partial = f"{path}.{uuid.uuid4().hex[:8]}.partial"
    with open(partial, "wb") as file:
        file.write(data)
    os.replace(partial, path)


def list_files(uri: str) -> list[str]:
    """The names of the files directly inside a folder, sorted; none where there is no folder."""
    fs, path = _split(uri)
    if not fs.isdir(path):
        return []
    return sorted(os.path.basename(entry["name"]) for entry in fs.ls(path, detail=True) if entry["type"] == "file")
