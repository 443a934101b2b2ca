"""The stages of the pipeline, and the references that they pass to one another."""

from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """The stages of the pipeline in its order, and after them those that other data sets go through."""

    TARGETS = "targets"
    NEIGHBORS = "neighbors"
    CRAWL = "crawl"
    EMBED = "embed"
    SELECT = "select"
    SHARD = "shard"
    TRAIN = "train"
    REPORT = "report"
    CATALOG = "catalog"
    LEAKS = "leaks"


PIPELINE = (
    Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD, Stage.TRAIN, Stage.REPORT,
)  # fmt: skip
"""The stages that a run of the pipeline goes through."""


@dataclass(frozen=True, slots=True)
class StageRef:
    """All that passes between stages: what went in (key), what came out (content), where.

    `reused` says that this run found the stage whole and did not execute it.
    """

    stage: Stage
    key: str
    content: str
    uri: str
    count: int
    reused: bool = field(default=False, compare=False)
