"""What makes a stage's work complete: files first, then a marker a partition, last the manifest.

    <root>/<stage>/<key>/<attempt>/<part>.<table>.parquet    rows, by whichever attempt wrote them
    <root>/<stage>/<key>/parts/<part>.json                   this partition is whole
    <root>/<stage>/<key>/manifest.json                       the stage is whole

No marker, no partition; no manifest, no stage. Markers name the files of one attempt, so two
runs at once, or a run after a kill, never mix halves of two files.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pyarrow as pa

from storage import filesystem, tables
from storage.errors import DamagedStore
from storage.fingerprint import fingerprint, plain
from storage.records import Stage, StageRef

Row = TypeVar("Row")

PARTS, MANIFEST = "parts", "manifest.json"
"""Below a key's folder: where the markers lie, and what says that the stage is whole."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a partition: `name` below the key's folder, `content` a digest of its meaning."""

    name: str
    kind: str
    content: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Part:
    """One whole partition: its files, and how many items ended in which way."""

    name: str
    files: tuple[File, ...]
    tally: dict[str, int]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One whole stage; `config` and `inputs` are what its key was made of."""

    ref: StageRef
    parts: tuple[Part, ...]
    tally: dict[str, int]
    config: dict[str, Any]
    inputs: dict[str, str]
    version: int
    created: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StageFolder:
    """Where one stage, at one key, writes; every start has an attempt folder of its own.

    With `refresh`, only what this very attempt wrote counts as done; a run that is tried again has the same.
    """

    root: str
    stage: Stage
    key: str
    version: int
    config: dict[str, Any]
    inputs: dict[str, str]
    refresh: bool = False
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def uri(self) -> str:
        """The folder of this stage at this key."""
        return filesystem.join(self.root, self.stage, self.key)

    def sealed(self) -> StageRef | None:
        """The finished stage, where there is one."""
        if not filesystem.exists(filesystem.join(self.uri, MANIFEST)):
            return None
        manifest = read_manifest(self.uri)
        if self.refresh and not all(map(self._is_ours, manifest.parts)):
            return None
        return replace(manifest.ref, uri=self.uri, reused=True)  # the root may have moved

    def _is_ours(self, part: Part) -> bool:
        """Whether this very attempt wrote the partition."""
        return bool(part.files) and all(file.name.startswith(f"{self.attempt}/") for file in part.files)

    def sealed_part(self, name: str) -> Part | None:
        """The finished partition, where there is one and its files are still there."""
        uri = filesystem.join(self.uri, PARTS, f"{name}.json")
        if not filesystem.exists(uri):
            return None
        part = _part(json.loads(filesystem.read_bytes(uri)))
        whole = all(filesystem.exists(filesystem.join(self.uri, file.name)) for file in part.files)
        return part if whole and (self._is_ours(part) or not self.refresh) else None

    def forget_others(self) -> None:
        """Take away the marks of partitions that other attempts have made whole.

        A refresh does so first: were it killed, a later run would else go on with some of its partitions and some of
        theirs, made of one another's. What is sealed stays, for its manifest names its files.
        """
        for name in filesystem.list_files(filesystem.join(self.uri, PARTS)):
            uri = filesystem.join(self.uri, PARTS, name)
            with suppress(FileNotFoundError):  # another refresh has taken it away
                if name.endswith(".json") and not self._is_ours(_part(json.loads(filesystem.read_bytes(uri)))):
                    filesystem.remove(uri)

    def write_rows(self, part: str, rows: Sequence[Row], row: type[Row]) -> File:
        """Write rows as the table that is named after their class."""
        return self.write_table(part, row.__name__, tables.to_table(rows, row))

    def write_table(self, part: str, kind: str, table: pa.Table) -> File:
        """Write one Parquet file of a partition."""
        name = f"{self.attempt}/{part}.{kind}.parquet"
        size = tables.write_table(filesystem.join(self.uri, name), table)
        return File(name, kind, tables.content_digest(table), table.num_rows, size)

    def write_file(self, name: str, kind: str, data: bytes, volatile: bool = False) -> File:
        """Write one file of another format; a volatile one has no part in the stage's content."""
        name = f"{self.attempt}/{name}"
        filesystem.write_bytes(filesystem.join(self.uri, name), data)
        return File(name, kind, "" if volatile else hashlib.sha256(data).hexdigest(), 0, len(data))

    def read_rows(self, parts: Sequence[Part], row: type[Row]) -> list[Row]:
        """The rows of one class that these partitions of a stage still under way wrote."""
        files = [file for part in parts for file in part.files if file.kind == row.__name__]
        held = [tables.read_table(filesystem.join(self.uri, file.name)) for file in files]
        return [each for table in held for each in tables.from_table(table, row)]

    def write_beside(self, name: str, kind: str, data: bytes) -> File:
        """Write one file beside the manifest, where it can tell of files of every attempt; no part of the content.

        Who writes later writes over it, so its partition is never any attempt's own.
        """
        filesystem.write_bytes(filesystem.join(self.uri, name), data)
        return File(name, kind, "", 0, len(data))

    def seal_part(self, name: str, files: Sequence[File], tally: Counter[str], seconds: float) -> Part:
        """Say that a partition is whole; its last act."""
        part = Part(name, tuple(files), dict(sorted(tally.items())), round(seconds, 3))
        marker = filesystem.join(self.uri, PARTS, f"{name}.json")
        filesystem.write_bytes(marker, json.dumps(asdict(part), indent=1).encode())
        return part

    def unseal_part(self, name: str) -> None:
        """Say that a partition is not whole after all, so that it is done again; its files stay."""
        filesystem.remove(filesystem.join(self.uri, PARTS, f"{name}.json"))

    def sealed_names(self) -> list[str]:
        """The names of the partitions that are whole, whichever attempt wrote them."""
        names = filesystem.list_files(filesystem.join(self.uri, PARTS))
        return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))

    def seal(self, parts: Sequence[Part], count: int, seconds: float) -> StageRef:
        """Say that the stage is whole; its last act. `count` is how many items it hands on."""
        ordered = tuple(sorted(parts, key=lambda part: part.name))
        ref = StageRef(self.stage, self.key, content_of(ordered), self.uri, count)
        tally = sum((Counter(part.tally) for part in ordered), Counter())
        manifest = Manifest(
            ref, ordered, dict(tally), self.config, self.inputs, self.version,
            datetime.now(UTC).isoformat(timespec="seconds"), round(seconds, 3),
        )  # fmt: skip
        data = json.dumps(asdict(manifest), indent=1).encode()
        filesystem.write_bytes(filesystem.join(self.uri, MANIFEST), data)
        return ref


def content_of(parts: Sequence[Part]) -> str:
    """What came out of a stage: a digest of its partitions' files, in any order, without the volatile ones."""
    ordered = sorted(parts, key=lambda part: part.name)
    return fingerprint([[file.kind, file.content] for part in ordered for file in part.files if file.content])


def open_stage(
    root: str, stage: Stage, version: int, config: object, *, refresh: bool = False, **inputs: StageRef | str
) -> StageFolder:
    """The folder for what this version makes of this config and these inputs' content."""
    contents = {name: given if isinstance(given, str) else given.content for name, given in inputs.items()}
    key = fingerprint(stage, version, config, contents)
    return StageFolder(root, stage, key, version, plain(config), contents, refresh)


def _part(data: dict[str, Any]) -> Part:
    return Part(data["name"], tuple(File(**file) for file in data["files"]), data["tally"], data["seconds"])


def read_manifest(uri: str) -> Manifest:
    """The manifest of a finished stage's folder."""
    try:
        data = json.loads(filesystem.read_bytes(filesystem.join(uri, MANIFEST)))
    except FileNotFoundError as error:
        raise DamagedStore(f"{uri} has no manifest.json", "run the stage again: nothing whole lies there") from error
    ref = StageRef(**{**data["ref"], "stage": Stage(data["ref"]["stage"])})
    return Manifest(**{**data, "ref": ref, "parts": tuple(_part(part) for part in data["parts"])})


def tables_of(ref: StageRef, kind: str) -> Iterator[pa.Table]:
    """One table of a finished stage as its partitions wrote it, in name order, each read when it is asked for."""
    for part in read_manifest(ref.uri).parts:
        for file in part.files:
            if file.kind == kind:
                yield _read(ref, file)


def rows_in(ref: StageRef, kind: str) -> int:
    """How many rows one table of a finished stage has in all."""
    return sum(file.rows for part in read_manifest(ref.uri).parts for file in part.files if file.kind == kind)


def _read(ref: StageRef, file: File) -> pa.Table:
    try:
        return tables.read_table(filesystem.join(ref.uri, file.name))
    except FileNotFoundError as error:
        raise DamagedStore(
            f"the manifest of {ref.uri} names a file that is gone: {error}",
            f"run the pipeline with --refresh {ref.stage}",
        ) from error


def read_table(ref: StageRef, kind: str, empty: pa.Schema | None = None) -> pa.Table:
    """One table of a finished stage, all its partitions under one another in name order."""
    held = list(tables_of(ref, kind))
    return tables.concat([table for table in held if table.num_rows] or held, empty or pa.schema([]))


def read_rows(ref: StageRef, row: type[Row]) -> list[Row]:
    """The rows of one class that a finished stage wrote."""
    return [each for table in tables_of(ref, row.__name__) for each in tables.from_table(table, row)]
