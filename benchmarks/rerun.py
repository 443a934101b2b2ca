"""What a run costs that has nothing to do, and what Prefect costs where there is much.

    python -m benchmarks.rerun [--quick] [--work DIR]

Against a Prefect server of its own, all services on, on a free port, with a new database.

Warm: the demo is run once against its sandbox, then again and again, and in turn with each a flow that does nothing;
`warm_overhead_s` is the median difference. Once with Prefect's heartbeats, as a worker runs flows, once without, as
the command line does, and once as processes of their own. Then one threshold of select is moved.

Orchestration: every stage of the Grocery recipe as a flow, and the very same code with Prefect taken out
(benchmarks/rerunning/plainly.py): in turn, stage by stage, each way in a data root of its own, several rounds.
`orchestration_overhead` is what share of the plain time the flows add, an empty flow for the pipeline itself included,
imports and the process's start apart. What the server still does when a stage has ended is waited for and shown, in
seconds of its processor, but not added. Both ways must make the same shards and the same models. Left out, with its
reason, where the photographs are missing.

Exits with 1 where a promise is not kept (no stage executed, 5 s, 5%), with 2 where something is missing. `--quick`
takes a smaller web, three reruns, and one round of the demo's stages in place of Grocery's: too short to be judged.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console

from benchmarks.rerunning.measured import Measured, shortfalls
from benchmarks.rerunning.race import Race, race
from benchmarks.rerunning.server import Server, serving
from benchmarks.rerunning.tables import race_table, reruns_table, stage_names
from benchmarks.rerunning.warm import changed_threshold, processes, reruns
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.worlds import SHARED, world
from flows.pipeline import extrapolate
from flows.recipe import Recipe
from flows.terminal import speak_plainly
from training.choices import Arm


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: warm runs, warm processes, rounds of the race, steps of its training."""

    reruns: int
    processes: int
    rounds: int
    steps: int


QUICK, FULL = Scale(2, 1, 1, 10), Scale(7, 3, 3, 300)


def trained_briefly(recipe: Recipe, steps: int) -> Recipe:
    """The recipe with a shorter training: it is the same work for flows and for plain functions."""
    every = min(steps, recipe.train.evaluate_every)
    return recipe.model_copy(
        update={"train": recipe.train.model_copy(update={"steps": steps, "warmup_steps": 0, "evaluate_every": every})}
    )


def smaller(recipe: Recipe, steps: int) -> Recipe:
    """The demo with a tenth of its web, and two arms trained for moments."""
    fewer = recipe.crawl.model_copy(update={"per_category": 12})
    two = recipe.train.model_copy(update={"arms": (Arm.TARGETS_ONLY, Arm.SILENCED)})
    return trained_briefly(recipe.model_copy(update={"crawl": fewer, "train": two}), steps)


def _grocery(scale: Scale, server: Server, work: Path, own: float) -> Race | None:
    photographs = Path(os.environ.get("GROCERY_ROOT", SHARED))
    if not (photographs / "classes.csv").exists():
        print(f"orchestration is left out: the Grocery photographs are missing at {photographs} (set GROCERY_ROOT)")
        return None
    with world("photographs", work, 0, photographs, port=0) as at:
        return race(trained_briefly(at.recipe, scale.steps), scale.rounds, server, own)


def measure(quick: bool, work: Path) -> Measured:
    """All figures, from nothing; lines of progress are printed on the way."""
    scale = QUICK if quick else FULL
    with serving(work) as server:
        with world("herbarium", work, 0, port=0) as at:
            recipe = smaller(at.recipe, scale.steps) if quick else at.recipe
            extrapolate(recipe)
            worker, line = (reruns(recipe, scale.reruns, beating) for beating in (True, False))
            process = processes(recipe, work, scale.processes)
            changed, own = changed_threshold(recipe), median(line.empty)
            if quick:
                raced: Race | None = race(recipe, scale.rounds, server, own)
        if not quick:
            raced = _grocery(scale, server, work, own)
    return Measured(worker, line, process, changed, raced)


def _show(found: Measured, console: Console) -> None:
    each = {"worker": found.worker, "command line": found.line, "process of its own": found.process}
    console.print(reruns_table(each))
    changed = found.changed
    console.print(f"a changed threshold: {', '.join(stage_names(changed.executed))} in {changed.seconds:.1f} s")
    if found.race:
        console.print(race_table(found.race))


def main(given: Sequence[str] | None = None) -> int:
    """Print the tables, what falls short, and as the last line one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rerun", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a smaller web, fewer runs, no photographs")
    parser.add_argument("--work", type=Path, help="keep what is written in a new folder here (default: keep nothing)")
    asked = parser.parse_args(given)
    speak_plainly()
    with tempfile.TemporaryDirectory(prefix="rerun-") as temporary:
        within = asked.work or Path(temporary)
        within.mkdir(parents=True, exist_ok=True)
        try:
            found = measure(asked.quick, Path(tempfile.mkdtemp(dir=within)))
        except Missing as missing:
            print(missing, file=sys.stderr)
            return NOT_RUN
    _show(found, Console())
    short = list(shortfalls(found, asked.quick))
    print(*short, json.dumps(found.figures), sep="\n")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
