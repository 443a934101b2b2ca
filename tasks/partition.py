"""One partition of a stage as a Prefect task that does its work once, whoever asks again.

The markers on disk are the only record of what is done, so nothing can disagree with them and
a new Prefect database loses no work; a partition found whole shows as Cached in the UI.
"""

import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from storage.manifest import File, Part, StageFolder
from tasks.shown import shown

P = ParamSpec("P")
Outcome = tuple[Sequence[File], Counter[str]]
"""What a partition hands back: the files it wrote, and how many items ended in which way."""

Work = Callable[Concatenate[StageFolder, str, P], Outcome]


def part_names(kind: str, count: int) -> list[str]:
    """The names of a stage's partitions, in order: "fetch-03-of-16" is the fourth."""
    return [f"{kind}-{index:02d}-of-{count:02d}" for index in range(count)]


def part_index(part: str) -> tuple[int, int]:
    """The place of a partition among its kind, and their number."""
    index, _, count = part.rpartition("-of-")
    return int(index.rpartition("-")[2]), int(count)


def partition(name: str) -> Callable[[Work[P]], Task[Any, Any]]:
    """Make a Prefect task of a function `(folder, part, ...) -> (files, tally)`.

    Later arguments must be small references: the function reads its rows itself.
    """

    def wrap(work: Work[P]) -> Task[Any, Any]:
        @task(name=name, task_run_name="{part}", cache_policy=NO_CACHE)
        @functools.wraps(work)
        def run(folder: StageFolder, part: str, *args: P.args, **kwargs: P.kwargs) -> Part:
            if whole := folder.sealed_part(part):
                return Completed(name="Cached", message="found whole", data=whole)  # type: ignore[return-value]  # Prefect unwraps it
            started = time.monotonic()
            try:
                with shown(part):
                    files, tally = work(folder, part, *args, **kwargs)
                    return folder.seal_part(part, files, tally, time.monotonic() - started)
            except BaseException as error:
                error.add_note(f"partition {part}")  # the task run knows its name, the flow that waits for it does not
                raise

        return run

    return wrap
