"""The stages of a recipe as Prefect flows against the server, and as plain functions, one beside the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from prefect import flow

from benchmarks.rerunning.plainly import called_plainly
from benchmarks.rerunning.server import Server
from benchmarks.rerunning.warm import seconds
from flows import heartbeats
from flows.crawl import crawl
from flows.embedding import embed
from flows.neighbors import neighbors
from flows.recipe import Recipe
from flows.reporting import report
from flows.selection import select
from flows.sharding import shard
from flows.targets import targets
from flows.train import train
from storage.latest import recall
from storage.records import Stage, StageRef

STEPS: Mapping[str, Callable[[Recipe], StageRef]] = {
    "targets": targets,
    "neighbors": neighbors,
    "crawl": crawl,
    "embed targets": partial(embed, what=Stage.TARGETS),
    "embed": partial(embed, what=Stage.CRAWL),
    "select": select,
    "shard": shard,
    "report curation": report,
    "train": train,
    "report": report,
}
"""The pipeline's flows in its order; each finds what it needs as the recipe's newest."""


@dataclass(frozen=True, slots=True)
class Lap:
    """One step both ways, in wall seconds; `after` are the server's seconds of a processor until it was quiet again."""

    step: str
    flow: float
    plain: float
    after: float


@dataclass(frozen=True, slots=True)
class Race:
    """Laps of every round, and what the pipeline's own flow costs beside those of its stages, in seconds."""

    rounds: Sequence[Sequence[Lap]]
    own: float

    def medians(self) -> list[Lap]:
        """Each step over the rounds."""
        return [
            Lap(
                laps[0].step, median(lap.flow for lap in laps), median(lap.plain for lap in laps),
                median(lap.after for lap in laps),
            )
            for laps in zip(*self.rounds, strict=True)
        ]  # fmt: skip

    def over(self, laps: Sequence[Lap]) -> float:
        """What share of the plain time orchestration adds."""
        return (sum(lap.flow for lap in laps) + self.own) / sum(lap.plain for lap in laps) - 1

    @property
    def overhead(self) -> float:
        """That of the sums of the steps' medians."""
        return self.over(self.medians())


class Different(Exception):
    """The two ways made different things, so that their times are of no use."""


def require_same(ours: Recipe, plain: Recipe, stage: Stage) -> None:
    """Raise Different where the newest results of the two have different content."""
    made = [recall(recipe.data_root, recipe.name, stage).content for recipe in (ours, plain)]
    if made[0] != made[1]:
        raise Different(f"{stage}: as a flow it made {made[0]}, as a plain function {made[1]}")


def _lap(number: int, step: str, ours: Recipe, plain: Recipe, server: Server) -> Lap:
    """One step, on a data root of its own each way; who begins alternates."""
    work, took, after = STEPS[step], dict[str, float](), 0.0
    for side in ("flow", "plain") if number % 2 else ("plain", "flow"):
        if side == "flow":
            took[side] = seconds(lambda: work(ours))
            after = server.settle()
        else:
            took[side] = called_plainly(lambda: seconds(lambda: work(plain)))
    return Lap(step, took["flow"], took["plain"], after)


def race(recipe: Recipe, rounds: int, server: Server, own: float) -> Race:
    """Each round from nothing, in data roots of its own; `own` is what an empty flow takes.

    Raises Different where the two ways have made different shards, or trained different models.
    """
    done: list[list[Lap]] = []

    @flow(name="race")
    def one(turn: int) -> None:
        ours, plain = (
            recipe.model_copy(update={"data_root": str(Path(recipe.data_root, f"{turn}-{side}"))})
            for side in ("flow", "plain")
        )
        with heartbeats.ours():  # as the pipeline has it
            done.append([_lap(turn + place, step, ours, plain, server) for place, step in enumerate(STEPS)])
        for stage in (Stage.SHARD, Stage.TRAIN):
            require_same(ours, plain, stage)

    for turn in range(rounds):
        one(turn)
    return Race(done, own)
