"""What a data set's card tells: what lies in the shards, how it was chosen, and what it was made of."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from storage.manifest import Part, StageFolder, content_of, read_manifest, read_rows, tables_of
from storage.markdown import cell
from storage.records import (
    Auxiliary,
    Bounded,
    Crawled,
    DropReason,
    FetchReason,
    NameReason,
    ShardEntry,
    Stage,
    StageRef,
    TargetClass,
)
from tasks.shard.card.survey import Survey, survey
from tasks.shard.config import ShardConfig
from vision.resize import EXTENSIONS

SHARD = "shard"
"""What a manifest calls a tar."""


@dataclass(frozen=True, slots=True)
class Tar:
    """One shard: its place below the stage's folder, the SHA-256 of its bytes and their number."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Sieved:
    """How many items a stage let pass, and how many it dropped for which reason, most first."""

    what: str
    passed: int
    dropped: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Came:
    """What one rule for a bound came to: over all categories between `least` and `most`; None where it bounds none."""

    bound: str
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the card tells; texts are as they were given, and escaped where they are written.

    `note` is what the recipe says of its run. `parents` are the names of target classes by label, empty where they are
    not known; `links` are the stages with their keys and contents, `made_of` the contents of what lies before them.
    """

    recipe: str
    note: str
    resized: ShardConfig
    tars: tuple[Tar, ...]
    classes: tuple[Auxiliary, ...]
    parents: Mapping[int, str]
    survey: Survey
    sieved: tuple[Sieved, ...]
    select: Mapping[str, Any]
    came: tuple[Came, ...]
    links: tuple[StageRef, ...]
    made_of: Mapping[str, str]
    created: str

    @property
    def pictures(self) -> int:
        """How many there are."""
        return sum(one.pictures for one in self.classes)

    @property
    def total_bytes(self) -> int:
        """Of all tars."""
        return sum(tar.bytes for tar in self.tars)

    @property
    def extensions(self) -> tuple[str, ...]:
        """What files of pictures in the tars can be called: no table says which formats are there."""
        return EXTENSIONS if self.resized.resize_mode == "none" else ("jpg",)

    def neighbor_of(self, one: Auxiliary) -> list[str]:
        """The target classes that a class is a neighbor of."""
        return [self.parents.get(label, f"target {label}") for label in one.parents]

    @property
    def class_file(self) -> bytes:
        """A CSV file of the classes: what the numbers in the shards mean."""
        written = io.StringIO()
        rows = [("label", "class", "pictures", "neighbor_of")]
        rows += [
            (str(one.index), one.name, str(one.pictures), ", ".join(self.neighbor_of(one))) for one in self.classes
        ]
        csv.writer(written, lineterminator="\n").writerows([map(cell, row) for row in rows])
        return written.getvalue().encode()


def _sieved(what: str, ref: StageRef, passed: str, reasons: Iterable[StrEnum]) -> Sieved:
    tally = read_manifest(ref.uri).tally
    dropped = [(str(reason), tally[reason]) for reason in reasons if tally.get(reason)]
    return Sieved(what, tally.get(passed, 0), tuple(sorted(dropped, key=lambda item: (-item[1], item[0]))))


def _came(rows: Sequence[Bounded]) -> Iterator[Came]:
    names = ("least_similarity", "most_similarity", "least_agreement", "least_centrality")
    for name in names:
        values = [value for row in rows if isfinite(value := getattr(row, name)) and abs(value) < 1]
        yield Came(name.replace("_", " "), min(values, default=None), max(values, default=None))


def _parents(targets: StageRef | None) -> dict[int, str]:
    return {row.label: row.name for row in read_rows(targets, TargetClass)} if targets else {}


def gather(
    folder: StageFolder, recipe: str, note: str, config: ShardConfig, done: Sequence[Part],
    neighbors: StageRef, crawl: StageRef, select: StageRef, targets: StageRef | None, created: str,
) -> Facts:  # fmt: skip
    """What the card tells of a shard stage whose partitions are `done`; `targets` give its parents their names."""
    files = sorted((file for part in done for file in part.files if file.kind == SHARD), key=lambda file: file.name)
    classes, entries = folder.read_rows(done, Auxiliary), folder.read_rows(done, ShardEntry)
    judged, numbers = read_manifest(select.uri), {one.name: one.index for one in classes}
    own = StageRef(Stage.SHARD, folder.key, content_of(done), folder.uri, len(entries))
    return Facts(
        recipe, note, config, tuple(Tar(file.name, file.content, file.bytes) for file in files), tuple(classes),
        _parents(targets), survey(entries, tables_of(crawl, Crawled.__name__), numbers),
        (
            _sieved("categories that were named", neighbors, "kept", NameReason),
            _sieved("pictures that were offered", crawl, "fetched", FetchReason),
            _sieved("pictures that were judged", select, "kept", DropReason),
        ),
        judged.config, tuple(_came(read_rows(select, Bounded))), (neighbors, crawl, select, own), judged.inputs,
        created,
    )  # fmt: skip
