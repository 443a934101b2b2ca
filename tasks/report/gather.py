"""Collect what the report shows from the tables of the finished stages."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from storage.manifest import read_manifest, read_rows
from storage.records import (
    PIPELINE,
    Bounded,
    ClassAccuracy,
    Crawled,
    Decision,
    Neighbor,
    NoResults,
    Override,
    ShardEntry,
    Spend,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unanswered,
)
from tasks.report.config import ReportConfig
from tasks.report.page import Outcome, Place, Report, Step
from tasks.report.samples import Album
from tasks.report.site.choose import chosen
from tasks.report.site.names import Names, names_of
from tasks.report.site.nearness import Limits
from tasks.report.site.pictures import Rows
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

    def config(self, stage: Stage, name: str) -> Any:
        """A field of the recipe as it was when the stage ran; None where it has not, or had no such field."""
        ref = self._by_stage.get(stage)
        return (read_manifest(ref.uri).config or {}).get(name) if ref else None

    def places(self) -> tuple[Place, ...]:
        named = {Stage.SHARD: "shards", Stage.TRAIN: "checkpoint"}
        return tuple(Place(what, self._by_stage[stage].uri) for stage, what in named.items() if stage in self._by_stage)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a site is written from.

    `labels` are those of the targets in the order of the names, `shown` the verdicts whose pictures the site holds,
    `marks` those that selection was made with.
    """

    report: Report
    names: Names
    labels: Sequence[int]
    decisions: Sequence[Decision]
    shown: Sequence[Decision]
    rows: Rows
    classes: Sequence[ClassAccuracy]
    marks: Sequence[Override]


def _limits(stages: _Stages) -> Limits:
    bounded = {row.neighbor: row for row in stages.rows(Stage.SELECT, Bounded)}
    margin, rank = (stages.config(Stage.SELECT, name) for name in ("min_margin", "max_name_rank"))
    return Limits(bounded, margin, rank)


def _counted(values: Iterable[str]) -> tuple[Outcome, ...]:
    ordered = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return tuple(Outcome(value, count) for value, count in ordered)


def gather(
    title: str, refs: Sequence[StageRef], read_picture: Callable[[str], bytes], config: ReportConfig
) -> Gathered:
    """What the given stages found; `read_picture` gives the original bytes behind a digest."""
    stages = _Stages(refs)
    crawled, decisions = stages.rows(Stage.CRAWL, Crawled), stages.rows(Stage.SELECT, Decision)
    neighbors, listed = stages.rows(Stage.NEIGHBORS, Neighbor), stages.rows(Stage.TARGETS, TargetPicture)
    classes, spend = stages.rows(Stage.TARGETS, TargetClass), stages.rows(Stage.NEIGHBORS, Spend)
    album, train = Album.of(crawled, listed, read_picture, config.thumbnail), stages.ref(Stage.TRAIN)
    names = names_of(
        classes, neighbors, stages.rows(Stage.NEIGHBORS, Unanswered), crawled, decisions,
        stages.rows(Stage.SELECT, Bounded), stages.rows(Stage.CRAWL, NoResults),
    )  # fmt: skip
    rows = Rows(
        {(row.key, row.neighbor): row for row in crawled},
        {(row.key, row.neighbor): row for row in stages.rows(Stage.SHARD, ShardEntry)},
        _limits(stages), album,
    )  # fmt: skip
    kept = [rows.crawled[one.key, one.neighbor] for one in decisions if one.reason is None]
    shown = chosen(decisions, config.pictures)
    report = Report(
        title=title, note=config.note,
        steps=tuple(step(ref) for ref in sorted(refs, key=lambda ref: PIPELINE.index(ref.stage))),
        tokens=sum(row.prompt_tokens + row.completion_tokens for row in spend),
        cost=sum(row.cost for row in spend),
        training=tell(train, neighbors, decisions, album) if train else None,
        targets=len(classes), neighbors=len(names.neighbors), kept=len(kept), dropped=len(decisions) - len(kept),
        shown=len(shown), licenses=_counted(row.license for row in kept), sources=_counted(row.source for row in kept),
        places=stages.places(),
    )  # fmt: skip
    labels = [one.label for one in classes]
    judged, marks = stages.rows(Stage.TRAIN, ClassAccuracy), stages.rows(Stage.SELECT, Override)
    return Gathered(report, names, labels, decisions, shown, rows, judged, marks)
