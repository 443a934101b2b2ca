"""Curation against gain: the paper's Figure 5, one factor at a time, on a rough web over Grocery.

    python -m benchmarks.factors                  seeds 10 to 12, every factor
    ... --quick                                   seed 10, 300 steps, six factors at few values

A seed is web, long tail and training together, none of those that the yardstick is judged by; each is
crawled once (and once more for every other source of names), then the pictures are judged and a
classifier of frozen features is trained again for every value. Gains are points over targets alone of
the same seed. The neighbors per class are cut after curation, which has seen them all; "one volume"
cuts the pictures too, evenly, until an epoch draws as many as of one neighbor a class: what is left
of the gain is that of variety.

Gains on test say what a bound of `select`, or any other value, did: choose by those on validation.
Exits with 2 where WordNet's dictionary is missing, which one factor is about.
The sandbox's web is closed, it knows 34 names and no others: "WordNet" and "chance" show how much of
its vocabulary they reach, not how good their names would be on a web that answers everything.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.factors.drawing import figure
from benchmarks.factors.measure import GAINS, run_seed, summarize
from benchmarks.factors.settings import FACTORS, Factors, Source, distinct, few
from benchmarks.figures import save
from benchmarks.rows import Row, number, shown
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.worlds import world
from flows.terminal import speak_plainly
from tasks.neighbors.providers.dictionary import WordNetNames
from tasks.neighbors.wordnet import open_wordnet

QUICK_STEPS = 300


def _table(factor: str, rows: Sequence[Row]) -> Table:
    table = Table(factor, "kept", "an epoch", "precision", *(f"gain, {name.replace('_', ' ')}" for name in GAINS))
    for row in rows:
        counts = (f"{number(row, name):.0f}" for name in ("kept", "drawn"))
        gains = (shown(row, name, "+") for name in GAINS)
        table.add_row(str(row["value"]), *counts, f"{number(row, 'precision'):.3f}", *gains)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.factors", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[10, 11, 12])
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--work", type=Path, help="keep everything here; a killed run goes on (default: temporary)")
    parser.add_argument("--out", type=Path, default=Path("runs/figures"), help="where factors.png goes")
    parser.add_argument("--quick", action="store_true", help=f"seed 10, {QUICK_STEPS} steps, few values")
    return parser.parse_args()


def check_dictionary(factors: Factors, folder: str) -> None:
    """Raise Missing at once, and not when its turn has come after a quarter of an hour."""
    asked = any(one.source is Source.WORDNET for one in distinct(factors))
    if asked and open_wordnet(folder) is None:
        raise Missing("one factor is about WordNet's names; install its dictionary first (Debian: wordnet-base)")


def main() -> None:
    """Run every factor, print a table each and draw them; the last line is one JSON object."""
    arguments, console, outcomes = _arguments(), Console(), []
    factors, seeds, steps = (few(FACTORS), [10], QUICK_STEPS) if arguments.quick else (FACTORS, arguments.seeds, None)
    try:
        check_dictionary(factors, WordNetNames(kind="wordnet").dictionary)
    except Missing as missing:
        print(missing)
        sys.exit(NOT_RUN)
    speak_plainly()
    with tempfile.TemporaryDirectory() as temporary:
        for seed in seeds:
            with world("photographs", arguments.work or Path(temporary), seed, arguments.grocery) as at:
                outcomes.append(run_seed(at, distinct(factors), steps, partial(print, f"seed {seed}:")))
    summary = summarize(factors, outcomes)
    for factor, rows in summary.items():
        console.print(_table(factor, rows))
    console.print(f"drawn in {save(figure(factors, summary), arguments.out / 'factors.png')}")
    print(json.dumps(summary, allow_nan=False))


if __name__ == "__main__":
    main()
