"""Granularity against imbalance: the paper's Figure 3, a finer label set suffers less from a long tail.

    python -m benchmarks.granularity                  both corpora
    python -m benchmarks.granularity --corpus NAME    grocery (frozen features) or herbarium (from scratch)
    ... --quick                                       one seed, few steps, plain cross-entropy alone

Pictures are trained on under coarse labels, under their fine classes merged at random into two labels
a coarse class, and under the fine classes themselves, of which every coarse class has as many; once
with a long tail over the coarse classes, once balanced, with as many pictures in all, and of every
class one set holds the other's. All are judged at the coarse level, a picture by the sum of softmax
over a coarse class's labels. What imbalance costs is accuracy balanced minus imbalanced; what finer
labels spare of it is compared seed by seed. The last step is judged; nothing is chosen.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import save
from benchmarks.granularity.drawing import figure
from benchmarks.granularity.grocery import grocery
from benchmarks.granularity.herbarium import herbarium
from benchmarks.granularity.hierarchy import FINE, Hierarchy
from benchmarks.granularity.measure import GROUPS, Plan, run_seed
from benchmarks.granularity.summary import named, summarize
from benchmarks.losses.cost import use_one_thread
from benchmarks.rows import Row, shown, shown_interval
from benchmarks.worlds import SHARED

PLANS = {
    "grocery": Plan(300, range(5)),
    "herbarium": Plan(300, range(5), per_class=(1, FINE)),  # from scratch, half a minute a run: both ends alone
}
QUICK_STEPS = 100
MOST_PROCESSES = 8


def _table(corpus: str, group: str, rows: Sequence[Row]) -> Table:
    names = ("balanced", "imbalanced", "drop")
    table = Table("loss", "labels", *names, "spared, 95%", title=f"{corpus}, {group}: coarse test accuracy, %")
    for row in rows:
        figures = (shown(row, named(group, name)) for name in names)
        table.add_row(str(row["loss"]), str(row["labels"]), *figures, shown_interval(row, named(group, "spared")))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.granularity", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--corpus", choices=list(PLANS), nargs="+", default=list(PLANS))
    parser.add_argument("--seeds", type=int, nargs="+", help="default: 0 to 4")
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--work", type=Path, help="keep everything here; a killed run goes on (default: temporary)")
    parser.add_argument("--out", type=Path, default=Path("runs/figures"), help="where granularity.png goes")
    parser.add_argument("--quick", action="store_true", help=f"seed 0, {QUICK_STEPS} steps, one loss")
    return parser.parse_args()


def _plan(corpus: str, arguments: argparse.Namespace) -> Plan:
    plan = PLANS[corpus]
    if arguments.quick:
        return replace(plan, steps=QUICK_STEPS, seeds=[0], losses=plan.losses[:1])
    return replace(plan, seeds=arguments.seeds or plan.seeds)


def _corpus(name: str, photographs: Path | None, work: Path) -> Callable[[int], Hierarchy]:
    if name == "herbarium":
        return herbarium(work / name)
    root = photographs or Path(os.environ.get("GROCERY_ROOT", SHARED))
    os.environ["GROCERY_ROOT"] = str(root)  # the recipe's encoder lies beside it
    return grocery(root)


def _run(corpus: str, plan: Plan, of: Callable[[int], Hierarchy], work: Path, pool: Executor) -> list[Row]:
    """All seeds are handed to the pool before the first is waited for."""
    runs = [(seed, run_seed(of(seed), plan, work / f"trained-{corpus}-{seed}", pool.map)) for seed in plan.seeds]
    scores = []
    for seed, run in runs:
        for score in run:
            costs = ", ".join(f"{score.drop(group):.1f} on {group}" for group in GROUPS)
            print(f"{corpus} {seed}: {score.loss}, {score.labels} labels: imbalance costs {costs}", flush=True)
            scores.append(score)
    return summarize(scores)


def _pool() -> Executor:
    """Processes of one thread each: the networks are too small to share out."""
    count = min(os.cpu_count() or 1, MOST_PROCESSES)
    return ProcessPoolExecutor(count, get_context("spawn"), use_one_thread)


def main() -> None:
    """Run the corpora, print their tables and draw them; the last line is one JSON object."""
    arguments, console, summary = _arguments(), Console(), dict[str, list[Row]]()
    with tempfile.TemporaryDirectory() as temporary, _pool() as pool:
        for corpus in arguments.corpus:
            plan, work = _plan(corpus, arguments), arguments.work or Path(temporary)
            summary[corpus] = _run(corpus, plan, _corpus(corpus, arguments.grocery, work), work, pool)
            for group in GROUPS:
                console.print(_table(corpus, group, summary[corpus]))
    console.print(f"drawn in {save(figure(summary), arguments.out / 'granularity.png')}")
    print(json.dumps(summary, allow_nan=False))


if __name__ == "__main__":
    main()
