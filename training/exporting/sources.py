"""Where the pictures that an arm added come from: their sources and licenses, and who named their categories."""

from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from storage.errors import DamagedStore
from storage.manifest import read_manifest, read_rows
from storage.records import Crawled, Neighbor, ShardEntry, Stage, StageRef
from training.arms import derive
from training.config import Arm, Mode
from training.exporting.learned import Learned
from training.exporting.lineage import Index
from training.read import vectors

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of one source under one license, as the source told it; empty where it told none."""

    source: str
    license: str
    pictures: int


@dataclass(frozen=True, slots=True)
class Namer:
    """Who named categories: a language model or a dictionary, how many, and by how many prompts."""

    model: str
    categories: int
    prompts: int


@dataclass(frozen=True, slots=True)
class Added:
    """What the arm trained on beside the targets, in how many tars it lies, and of which origin it is.

    Origins are empty where the stages that tell them are gone.
    """

    categories: int
    pictures: int
    shards: int
    sources: tuple[Source, ...]
    namers: tuple[Namer, ...]


def _rows(index: Index, shards: StageRef, stage: Stage, row: type[Row]) -> list[Row]:
    """The rows of a stage that the shards were made of; none where it is gone, or its files are."""
    content = read_manifest(shards.uri).inputs.get(stage, "")
    try:
        return read_rows(index[content].ref, row) if content in index else []
    except DamagedStore:
        return []


def _sources(crawled: list[Crawled], entries: list[ShardEntry]) -> tuple[Source, ...]:
    kept = {(entry.key, entry.neighbor) for entry in entries}
    counts = Counter((row.source, row.license) for row in crawled if (row.key, row.neighbor) in kept)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Source(source, license_, count) for (source, license_), count in ordered)


def _namers(neighbors: list[Neighbor], names: set[str]) -> tuple[Namer, ...]:
    kept = [row for row in neighbors if row.name in names and row.reason is None]
    counts = Counter(row.model for row in kept)
    prompts = {model: len({row.prompt for row in kept if row.model == model}) for model in counts}
    return tuple(Namer(model, count, prompts[model]) for model, count in counts.most_common())


def _trained_on(learned: Learned) -> list[ShardEntry]:
    """What lies in the shards and was trained on: in mode features that of which there is a vector."""
    entries = read_rows(learned.stages.shards, ShardEntry)
    if learned.config.mode is not Mode.FEATURES:
        return entries
    held = vectors(learned.stages.vectors)
    return [entry for entry in entries if entry.digest in held]


def added(learned: Learned) -> Added | None:
    """What the shards gave to the arm; None for an arm that trained on none of them."""
    below = Arm.SILENCED if learned.arm is Arm.RETRAINED else learned.arm
    if not len(derive(learned.data, learned.config, below)[0].edges):
        return None
    shards, index = learned.stages.shards, learned.index
    entries, names = _trained_on(learned), set(learned.data.auxiliaries)
    return Added(
        len(names), len(entries), len({entry.shard for entry in entries}),
        _sources(_rows(index, shards, Stage.CRAWL, Crawled), entries),
        _namers(_rows(index, shards, Stage.NEIGHBORS, Neighbor), names),
    )  # fmt: skip
