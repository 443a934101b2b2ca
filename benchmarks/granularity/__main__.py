"""Granularity against imbalance: the paper's Figure 3, a finer label set suffers less from a long tail.

    python -m benchmarks.granularity                  both corpora
    python -m benchmarks.granularity --corpus NAME    grocery (frozen features) or herbarium (from scratch)
    ... --quick                                       one seed, few steps, plain cross-entropy alone

The same pictures are trained on under coarse labels, under their fine classes merged at random into
two labels a coarse class, and under the fine classes themselves; once with a long tail over the
coarse classes, once balanced, with as many pictures in all. All are judged at the coarse level, a
picture by the sum of softmax over a coarse class's labels. The last step is judged; nothing is chosen.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import save
from benchmarks.granularity.drawing import figure
from benchmarks.granularity.grocery import grocery
from benchmarks.granularity.herbarium import herbarium
from benchmarks.granularity.hierarchy import Hierarchy
from benchmarks.granularity.measure import LOSSES, Row, Score, run_seed, summarize
from benchmarks.worlds import SHARED


@dataclass(frozen=True, slots=True)
class Plan:
    """How one corpus is run."""

    steps: int
    seeds: Sequence[int]
    losses: Sequence[str]


PLANS = {
    "grocery": Plan(300, range(5), tuple(LOSSES)),
    "herbarium": Plan(400, range(3), tuple(LOSSES)[:1]),  # from scratch, a minute a run: one loss
}
QUICK_STEPS = 100


def _table(corpus: str, rows: Sequence[Row]) -> Table:
    names = ("balanced", "imbalanced", "drop")
    table = Table("loss", "labels a class", "labels", *names, title=f"{corpus}: coarse test accuracy, %")
    for row in rows:
        shown = (f"{row[name]:.1f} ± {row[f'{name}_se']:.1f}" for name in names)
        table.add_row(str(row["loss"]), str(row["per_class"]), f"{row['labels']:.0f}", *shown)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.granularity", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--corpus", choices=list(PLANS), nargs="+", default=list(PLANS))
    parser.add_argument("--seeds", type=int, nargs="+", help="default: 0 to 4 for grocery, 0 to 2 for herbarium")
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--out", type=Path, default=Path("runs/figures"), help="where granularity.png goes")
    parser.add_argument("--quick", action="store_true", help=f"seed 0, {QUICK_STEPS} steps, one loss")
    return parser.parse_args()


def _corpus(name: str, photographs: Path | None, work: Path) -> Callable[[int], Hierarchy]:
    if name == "herbarium":
        return herbarium(work)
    root = photographs or Path(os.environ.get("GROCERY_ROOT", SHARED))
    os.environ["GROCERY_ROOT"] = str(root)  # the recipe's encoder lies beside it
    return grocery(root)


def main() -> None:
    """Run the corpora, print a table each and draw them; the last line is one JSON object."""
    arguments, console, summary = _arguments(), Console(), dict[str, list[Row]]()
    for corpus in arguments.corpus:
        plan, scores = PLANS[corpus], list[Score]()
        if arguments.quick:
            plan = Plan(QUICK_STEPS, [0], plan.losses[:1])
        with tempfile.TemporaryDirectory() as work:
            of = _corpus(corpus, arguments.grocery, Path(work))
            for seed in arguments.seeds or plan.seeds:
                told = partial(print, f"{corpus} {seed}:")
                scores += run_seed(of(seed), plan.steps, plan.losses, told)
        summary[corpus] = summarize(scores)
        console.print(_table(corpus, summary[corpus]))
    console.print(f"drawn in {save(figure(summary), arguments.out / 'granularity.png')}")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
