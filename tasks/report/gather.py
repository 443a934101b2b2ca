"""Collect what the page shows from the tables of the finished stages."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from storage.manifest import read_manifest, read_rows
from storage.records import (
    PIPELINE,
    Crawled,
    Decision,
    Neighbor,
    NoResults,
    Spend,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unanswered,
)
from tasks.report.by_target import target_blocks
from tasks.report.config import ReportConfig
from tasks.report.page import Outcome, Place, Report, Step
from tasks.report.samples import Album, galleries
from tasks.report.training import tell

Row = TypeVar("Row")

TAKEN = {
    Stage.NEIGHBORS: ("Proposal",), Stage.CRAWL: ("Crawled",), Stage.EMBED: ("Embedded", "Unreadable"),
    Stage.SELECT: ("Decision",), Stage.SHARD: ("ShardEntry",),
}  # fmt: skip
"""The tables that hold one row for every item that a stage took in."""


def step(ref: StageRef) -> Step:
    """A finished stage's line of the funnel."""
    manifest = read_manifest(ref.uri)
    kinds = TAKEN.get(ref.stage)
    rows = [file.rows for part in manifest.parts for file in part.files if kinds and file.kind in kinds]
    tally = sorted(manifest.tally.items(), key=lambda item: (-item[1], item[0]))
    outcomes = [Outcome(name, count) for name, count in tally if count]
    return Step(ref.stage, sum(rows) if kinds else None, ref.count, tuple(outcomes), manifest.seconds)


class _Stages:
    """The rows of those stages that have run; none of a stage that has not."""

    def __init__(self, refs: Sequence[StageRef]) -> None:
        self._by_stage = {ref.stage: ref for ref in refs}

    def rows(self, stage: Stage, row: type[Row]) -> list[Row]:
        ref = self._by_stage.get(stage)
        return read_rows(ref, row) if ref else []

    def ref(self, stage: Stage) -> StageRef | None:
        return self._by_stage.get(stage)

    def places(self) -> tuple[Place, ...]:
        named = {Stage.SHARD: "shards", Stage.TRAIN: "checkpoint"}
        return tuple(Place(what, self._by_stage[stage].uri) for stage, what in named.items() if stage in self._by_stage)


def gather(title: str, refs: Sequence[StageRef], read_picture: Callable[[str], bytes], config: ReportConfig) -> Report:
    """The report on the given stages; `read_picture` gives the original bytes behind a digest."""
    stages = _Stages(refs)
    crawled, decisions = stages.rows(Stage.CRAWL, Crawled), stages.rows(Stage.SELECT, Decision)
    neighbors, listed = stages.rows(Stage.NEIGHBORS, Neighbor), stages.rows(Stage.TARGETS, TargetPicture)
    album = Album.of(crawled, listed, read_picture, config.thumbnail)
    train, spend = stages.ref(Stage.TRAIN), stages.rows(Stage.NEIGHBORS, Spend)
    return Report(
        title=title,
        note=config.note,
        steps=tuple(step(ref) for ref in sorted(refs, key=lambda ref: PIPELINE.index(ref.stage))),
        tokens=sum(row.prompt_tokens + row.completion_tokens for row in spend),
        cost=sum(row.cost for row in spend),
        training=tell(train, neighbors, decisions, album) if train else None,
        galleries=galleries(decisions, {row.key: row for row in crawled}, album, config.samples),
        targets=target_blocks(
            stages.rows(Stage.TARGETS, TargetClass),
            neighbors,
            stages.rows(Stage.NEIGHBORS, Unanswered),
            Counter(row.neighbor for row in crawled if row.digest),
            Counter(row.neighbor for row in decisions if row.reason is None),
            {row.neighbor for row in stages.rows(Stage.CRAWL, NoResults)},
        ),
        places=stages.places(),
    )
