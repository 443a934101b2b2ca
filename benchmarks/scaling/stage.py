"""One stage of a generated run in this process: what it took is the last line.

    python -m benchmarks.scaling.stage STAGE FOLDER ROWS

Flows run as plain functions, their partitions as many side by side as Prefect would run.
"""

import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.rerunning.plainly import called_plainly
from benchmarks.scaling.embedded import directions, embed_generated
from benchmarks.scaling.world import recipe_of, write_deep, write_wide
from flows.crawl import crawl
from flows.neighbors import neighbors
from flows.recipe import Recipe
from flows.reporting import report
from flows.selection import select
from flows.sharding import shard
from flows.stage import newest
from flows.targets import targets
from storage.records import Stage, StageRef

EMBED_TARGETS = f"{Stage.EMBED}-{Stage.TARGETS}"

Timed = Callable[[Callable[[], object]], None]


def _flow(run: Callable[[Recipe], StageRef]) -> Callable[[Recipe, Timed], None]:
    return lambda recipe, timed: timed(lambda: called_plainly(lambda: run(recipe)))


def _embed(what: Stage) -> Callable[[Recipe, Timed], None]:
    def run(recipe: Recipe, timed: Timed) -> None:
        given = newest(recipe, what, None)
        looks = directions(given, newest(recipe, Stage.NEIGHBORS, None))
        timed(lambda: embed_generated(recipe, given, looks))

    return run


def _feed(recipe: Recipe) -> None:
    from benchmarks.feeders.epoch import feed_an_epoch  # torch is heavy: only where training happens

    names = (Stage.TARGETS, EMBED_TARGETS, Stage.SHARD, Stage.EMBED)
    feed_an_epoch(*(newest(recipe, name, None) for name in names))


STAGES: Mapping[str, Callable[[Recipe, Timed], None]] = {
    Stage.TARGETS: _flow(targets),
    Stage.NEIGHBORS: _flow(neighbors),
    Stage.CRAWL: _flow(crawl),
    EMBED_TARGETS: _embed(Stage.TARGETS),
    Stage.EMBED: _embed(Stage.CRAWL),
    Stage.SELECT: _flow(select),
    Stage.SHARD: _flow(shard),
    Stage.REPORT: _flow(report),
    Stage.TRAIN: lambda recipe, timed: timed(lambda: _feed(recipe)),
}
"""What is measured of each stage; training reads its set and feeds one epoch."""

WRITTEN = {"write-wide": write_wide, "write-deep": write_deep}


def main() -> None:
    """Run it, and print one JSON object: seconds of the stage, and the peak of this process in MB."""
    name, folder, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    logging.disable(logging.WARNING)  # the stages' own log has no place between the table's figures
    seconds: list[float] = []

    def timed(work: Callable[[], object]) -> None:
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)

    if name in WRITTEN:
        timed(lambda: WRITTEN[name](folder, rows))
    else:
        STAGES[name](recipe_of(folder), timed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds[0], 2), "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
