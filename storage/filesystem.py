"""Whole files under one data root, local or remote, through fsspec.

A write is visible only when it is whole: object stores give that by themselves, a local
file is written beside its name and then renamed over it.
"""

import os
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.disk import writing
from storage.listing import Listed, entries, files_below
from storage.remote import asking, filesystem_of, placing

PARTIAL = ".partial"
"""The ending of a local file that is not whole yet, or never became so."""


def _split(uri: str) -> tuple[Any, str]:
    protocol, _, rest = uri.rpartition("://")
    return (filesystem_of(protocol), rest) if protocol else (filesystem_of("file"), uri)


def _is_local(fs: Any) -> bool:
    return "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,))


def is_local(uri: str) -> bool:
    """Whether it lies on this machine's disks."""
    return _is_local(_split(uri)[0])


def join(root: str, *names: str) -> str:
    """A path below the root."""
    return "/".join([root.rstrip("/"), *names])


def exists(uri: str) -> bool:
    """Whether a whole file lies there."""
    fs, path = _split(uri)
    if _is_local(fs):
        return os.path.isfile(path)
    try:  # fs.isfile would take a lost connection for a file that is not there
        with asking(fs, path):
            return bool(fs.info(path)["type"] == "file")
    except FileNotFoundError:
        return False


def read_bytes(uri: str) -> bytes:
    """The whole file; FileNotFoundError where there is none."""
    fs, path = _split(uri)
    with asking(fs, path):
        return bytes(fs.cat_file(path))


def read_range(uri: str, offset: int, size: int) -> bytes:
    """`size` bytes of a file from `offset`."""
    fs, path = _split(uri)
    with asking(fs, path):
        return bytes(fs.cat_file(path, start=offset, end=offset + size))


def write_bytes(uri: str, data: bytes | memoryview) -> None:
    """Write a file that appears only when it is whole; a local one without a copy of its bytes.

    An error leaves nothing of it. Raises DiskFull; on S3 BadInput and Unreachable, as all that is asked of it does.
    """
    fs, path = _split(uri)
    if not _is_local(fs):
        with placing(fs, path):
            fs.pipe_file(path, bytes(data))  # clients of object stores refuse a memoryview
        return
    partial = f"{path}.{uuid.uuid4().hex[:8]}{PARTIAL}"
    with writing(path):
        fs.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            with open(partial, "wb") as file:
                file.write(data)
            os.replace(partial, path)
        finally:
            Path(partial).unlink(missing_ok=True)


def remove(uri: str) -> None:
    """Remove a file; one that is gone already is no error."""
    fs, path = _split(uri)
    with suppress(FileNotFoundError), asking(fs, path):
        fs.rm_file(path)


def _list(uri: str, kind: str) -> list[str]:
    fs, path = _split(uri)
    if _is_local(fs):
        wanted = os.DirEntry.is_dir if kind == "directory" else os.DirEntry.is_file
        return sorted(entry.name for entry in entries(path) if wanted(entry, follow_symlinks=False))
    top = fs._strip_protocol(path).rstrip("/") + "/"
    try:  # fs.isdir would take a lost connection for a folder that is not there
        with asking(fs, path):
            found = fs.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    inside = [entry for entry in found if entry["name"].startswith(top)]
    return sorted(os.path.basename(entry["name"]) for entry in inside if entry["type"] == kind)


def list_files(uri: str) -> list[str]:
    """The names of the files directly inside a folder, sorted; none where there is no folder, OSError as of `walk`."""
    return _list(uri, "file")


def list_folders(uri: str) -> list[str]:
    """The names of the folders directly inside a folder, sorted; none where there is none, OSError as of `walk`."""
    return _list(uri, "directory")


WRITTEN = ("LastModified", "created")
"""What S3 and memory call the time of the last change."""


def _modified(entry: dict[str, Any]) -> float:
    time = next(entry[name] for name in WRITTEN if name in entry)
    return time.timestamp() if isinstance(time, datetime) else float(time)


def walk(uri: str) -> list[Listed]:
    """Every file below a folder, at any depth, by name; links are left out, and where there is no folder there is none.

    It asks the store itself: what an earlier listing has left in memory does not count. Raises OSError where a folder
    cannot be listed, for what lies there must not be taken for gone.
    """
    fs, path = _split(uri)
    if _is_local(fs):
        return sorted(files_below(path), key=lambda file: file.name)
    fs.invalidate_cache()
    with asking(fs, path):
        found = fs.find(path, detail=True)
    top = fs._strip_protocol(path).rstrip("/") + "/"
    files = {name: entry for name, entry in found.items() if name.startswith(top) and entry["type"] == "file"}
    return [Listed(name.removeprefix(top), each["size"], _modified(each)) for name, each in sorted(files.items())]


def prune(uri: str) -> None:
    """Remove a folder that holds no file, with the folders in it; object stores have none to remove."""
    fs, path = _split(uri)
    if _is_local(fs):
        for folder, _, _ in os.walk(path, topdown=False):
            with suppress(OSError):  # something was written there, or somebody else has removed it
                os.rmdir(folder)
