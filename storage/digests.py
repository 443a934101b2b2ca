"""SHA-256 of many files, remembered by path, size and time of change."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from storage import filesystem, tables

READERS = 8
_BATCH = 256  # files that a reader takes at a time: a million waiting ones would take a GB


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file held when it had this size (bytes) and time of change (ns since 1970)."""

    path: str
    size: int
    mtime_ns: int
    digest: str


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digests(paths: Sequence[str]) -> list[str]:
    return [_digest(path) for path in paths]


def _read(paths: Sequence[str]) -> list[str]:
    """The hex digest of every file, several read at a time."""
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    with ThreadPoolExecutor(READERS) as pool:  # hashing and reading let go of the GIL
        return list(chain.from_iterable(pool.map(_digests, batches)))


def digest_files(files: Mapping[str, os.stat_result], cache: str) -> dict[str, str]:
    """The hex digest of every file; only new and changed ones are read.

    `cache` is the uri of a Parquet file, which afterwards holds these files and no others.
    """
    known: dict[tuple[str, int, int], str] = {}
    if filesystem.exists(cache):
        rows = tables.from_table(tables.read_table(cache), FileDigest)
        known = {(row.path, row.size, row.mtime_ns): row.digest for row in rows}
    identity = {path: (path, stat.st_size, stat.st_mtime_ns) for path, stat in files.items()}
    unread = [path for path, key in identity.items() if key not in known]
    known.update(zip((identity[path] for path in unread), _read(unread), strict=True))
    if unread:
        rows = [FileDigest(*key, known[key]) for key in sorted(identity.values())]
        tables.write_table(cache, tables.to_table(rows, FileDigest))
    return {path: known[key] for path, key in identity.items()}
