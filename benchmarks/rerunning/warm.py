"""A run that finds everything whole, against a flow that does nothing; and one with a changed threshold."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml
from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.pipeline import extrapolate
from flows.recipe import Recipe
from storage.records import Stage, StageRef

PROJECT = Path(__file__).parents[2]


@flow(name="empty")
def empty() -> None:
    """Nothing: what a run costs by itself."""


@dataclass(frozen=True, slots=True)
class Reruns:
    """Wall seconds of runs that found everything whole and of empty flows, in turn; the stages that were executed."""

    warm: Sequence[float]
    empty: Sequence[float]
    executed: int

    @property
    def overhead(self) -> float:
        """The seconds that a warm run adds over an empty flow: the median difference of a pair."""
        return median(warm - empty for warm, empty in zip(self.warm, self.empty, strict=True))


@dataclass(frozen=True, slots=True)
class Changed:
    """The stages that a changed threshold executed, in order, and the wall seconds of the run."""

    executed: Sequence[Stage]
    seconds: float


def executed(refs: Sequence[StageRef]) -> list[Stage]:
    """The stages that a run did not find whole."""
    return [ref.stage for ref in refs if not ref.reused]


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def silent() -> AbstractContextManager[object]:
    """Without heartbeats, as the command line runs flows: each would wait for the end of a second."""
    return temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})


def reruns(recipe: Recipe, rounds: int, beating: bool) -> Reruns:
    """Warm runs and empty flows in this process, who begins alternating; `beating` as a worker runs them."""
    warm, idle, done = list[float](), list[float](), 0

    def again() -> None:
        nonlocal done
        done += len(executed(extrapolate(recipe)))

    kinds: list[tuple[Callable[[], object], list[float]]] = [(again, warm), (empty, idle)]
    with nullcontext() if beating else silent():
        for turn in range(rounds):
            for work, times in kinds[:: 1 - 2 * (turn % 2)]:
                times.append(seconds(work))
    return Reruns(warm, idle, done)


def _process(*words: str) -> Callable[[], str]:
    """Runs a module of ours to its end, for what it says."""
    command = [sys.executable, "-m", *words]
    return lambda: (
        subprocess.run(  # noqa: S603  # ourselves
            command, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    )


def processes(recipe: Recipe, folder: Path, rounds: int) -> Reruns:
    """Warm runs and empty flows as processes of their own: what a person waits for.

    `executed` is 0 or 1: whether one did not say that it executed nothing.
    """
    path = folder / f"{recipe.name}.yaml"
    path.write_text(yaml.safe_dump(recipe.model_dump(mode="json")))
    again, idle = _process("flows.pipeline", str(path)), _process(__name__)
    said = again()
    pairs = [(seconds(again), seconds(idle)) for _ in range(rounds)]
    return Reruns([warm for warm, _ in pairs], [none for _, none in pairs], int("no stage was executed" not in said))


def changed_threshold(recipe: Recipe) -> Changed:
    """The recipe with one threshold of select moved, so that fewer pictures are kept."""
    moved = recipe.model_copy(update={"select": recipe.select.model_copy(update={"max_similarity": 0.9})})
    refs: list[StageRef] = []
    with silent():
        took = seconds(lambda: refs.extend(extrapolate(moved)))
    return Changed(executed(refs), took)


if __name__ == "__main__":
    with silent():
        empty()
