"""Curation against gain: the paper's Figure 5, one factor at a time, on a rough web over Grocery.

    python -m benchmarks.factors                  seeds 0 to 2, every factor
    ... --quick                                   seed 0, 300 steps, five factors at few values

A seed is web, long tail and training together; each is crawled once (and once more for every other
source of names), then the pictures are judged and a classifier of frozen features is trained again
for every value. Gains are test points over targets alone of the same seed. The neighbors per class
are cut after curation, which has seen them all.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.factors.drawing import figure
from benchmarks.factors.measure import GROUPS, Row, run_seed, summarize
from benchmarks.factors.settings import FACTORS, distinct, few
from benchmarks.figures import save
from benchmarks.worlds import world
from flows.terminal import speak_plainly

QUICK_STEPS = 300


def _table(factor: str, rows: Sequence[Row]) -> Table:
    table = Table(factor, "kept", "precision", "gain on all", "gain on few")
    for row in rows:
        gains = (f"{row[group]:+.1f} ± {row[f'{group}_se']:.1f}" for group in GROUPS)
        table.add_row(str(row["value"]), f"{row['kept']:.0f}", f"{row['precision']:.3f}", *gains)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.factors", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--work", type=Path, help="keep what is written here (default: a temporary folder)")
    parser.add_argument("--out", type=Path, default=Path("runs/figures"), help="where factors.png goes")
    parser.add_argument("--quick", action="store_true", help=f"seed 0, {QUICK_STEPS} steps, few values")
    return parser.parse_args()


def main() -> None:
    """Run every factor, print a table each and draw them; the last line is one JSON object."""
    arguments, console, outcomes = _arguments(), Console(), []
    factors, seeds, steps = (few(FACTORS), [0], QUICK_STEPS) if arguments.quick else (FACTORS, arguments.seeds, None)
    speak_plainly()
    with tempfile.TemporaryDirectory() as temporary:
        for seed in seeds:
            with world("photographs", arguments.work or Path(temporary), seed, arguments.grocery) as at:
                outcomes.append(run_seed(at, distinct(factors), steps, partial(print, f"seed {seed}:")))
    summary = summarize(factors, outcomes)
    for factor, rows in summary.items():
        console.print(_table(factor, rows))
    console.print(f"drawn in {save(figure(factors, summary), arguments.out / 'factors.png')}")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
