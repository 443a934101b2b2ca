"""What lies in the folders of the stages, finished or not: read for what must find every file, named or not."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from storage import filesystem
from storage.manifest import MANIFEST, PARTS, Manifest, read_manifest
from storage.records import Stage
from storage.used import USED


@dataclass(frozen=True, slots=True)
class Folder:
    """One stage at one key: `markers` are the file names of each whole partition, `files` are all there are."""

    stage: Stage
    key: str
    uri: str
    manifest: Manifest | None
    markers: Mapping[str, frozenset[str]]
    files: tuple[str, ...]

    def tables(self, *kinds: str) -> list[str]:
        """The names of the tables of these kinds, in whichever attempt."""
        return [name for name in self.files if name.endswith(tuple(f".{kind}.parquet" for kind in kinds))]

    def read(self, name: str) -> bytes:
        """The bytes of one of its files."""
        return filesystem.read_bytes(filesystem.join(self.uri, name))

    def rows(self, name: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Some columns of one of its tables, row by row."""
        table = pq.read_table(pa.BufferReader(self.read(name)), columns=list(columns))
        return zip(*(table[column].to_pylist() for column in columns), strict=True)


def _markers(uri: str) -> dict[str, frozenset[str]]:
    found = {}
    for name in filesystem.list_files(filesystem.join(uri, PARTS)):
        if name.endswith(".json"):
            part = json.loads(filesystem.read_bytes(filesystem.join(uri, PARTS, name)))
            found[part["name"]] = frozenset(file["name"] for file in part["files"])
    return found


def _files(uri: str) -> tuple[str, ...]:
    attempts = [name for name in filesystem.list_folders(uri) if name != PARTS]
    beside = [name for name in filesystem.list_files(uri) if name not in (MANIFEST, USED)]
    # At any depth: a report is a folder of folders, and what is taken down must leave all of it.
    below = (f"{name}/{file.name}" for name in attempts for file in filesystem.walk(filesystem.join(uri, name)))
    return (*beside, *below)


def folders(root: str, stage: Stage) -> list[Folder]:
    """The folders of one stage under a data root, by key."""
    found = []
    for key in filesystem.list_folders(filesystem.join(root, stage)):
        uri = filesystem.join(root, stage, key)
        sealed = filesystem.exists(filesystem.join(uri, MANIFEST))
        found.append(Folder(stage, key, uri, read_manifest(uri) if sealed else None, _markers(uri), _files(uri)))
    return found
