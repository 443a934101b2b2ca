"""How time and memory of each stage grow with the number of rows.

    python -m benchmarks.scale [--quick] [--sizes N ...] [--folder FOLDER]

A generated run of each size (10,000, 100,000 and 1,000,000 rows: some forty minutes, and 20 GB of disk): pictures
are tiny JPEGs, names are made up, vectors stand in for an encoder's. Each stage is a process of its own, whose peak of
resident memory is read at its end. For targets and neighbors the rows are target pictures and names; for all others
they are candidates, with a tenth as many target pictures and a hundredth as many categories.

Growth is the exponent of time over rows between the two largest sizes; of n log n it would be what the table's head
says. One run a size, so that a busy machine shows in it.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

SIZES, QUICK = (10_000, 100_000, 1_000_000), (500, 2_000)

FINEST = 0.01
"""Seconds, as fine as a stage's are told."""

WIDE = ("targets", "neighbors")
DEEP = ("crawl", "embed-targets", "embed", "select", "shard", "report", "train")
"""The stages that are measured on candidates, in the order in which they are made of one another."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a stage took at one size."""

    seconds: float
    peak_mb: int


def growth(rows: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent of time over rows between the last two sizes."""
    before, after = (max(each, FINEST) for each in seconds[-2:])
    return math.log(after / before) / math.log(rows[-1] / rows[-2])


def linearithmic(rows: Sequence[int]) -> float:
    """The exponent that n log n has between the last two sizes."""
    return growth(rows, [n * math.log(n) for n in rows])


def _took(stage: str, folder: Path, rows: int) -> Took:
    command = [sys.executable, "-m", "benchmarks.scaling.stage", stage, str(folder), str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  # ourselves
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def measured(folder: Path, rows: int) -> dict[str, Took]:
    """Every stage at one size, below a folder that is removed in the end."""
    took: dict[str, Took] = {}
    try:
        for kind, wanted in (("wide", WIDE), ("deep", DEEP)):
            below = folder / f"{kind}-{rows}"
            below.mkdir(parents=True)
            _took(f"write-{kind}", below, rows)
            for stage in dict.fromkeys((*WIDE, *wanted)):  # the others are made of the first two
                found = _took(stage, below, rows)
                took |= {stage: found} if stage in wanted else {}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return took


def _table(sizes: Sequence[int], found: Mapping[str, Sequence[Took]]) -> Table:
    table = Table(title="seconds and peak MB of each stage")
    for head in ("stage", *(f"{rows:,} rows" for rows in sizes), f"growth (n log n: {linearithmic(sizes):.2f})"):
        table.add_column(head, justify="left" if head == "stage" else "right")
    for stage, took in found.items():
        cells = [f"{each.seconds:,.1f} s, {each.peak_mb:,} MB" for each in took]
        table.add_row(stage, *cells, f"{growth(sizes, [each.seconds for each in took]):.2f}")
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[0]} and {QUICK[1]} rows")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of rows, the smallest first; two or more")
    parser.add_argument("--folder", type=Path, help="where the runs are generated (default: a temporary folder)")
    given = parser.parse_args()
    given.sizes = given.sizes or list(QUICK if given.quick else SIZES)
    if len(given.sizes) < 2 or sorted(set(given.sizes)) != given.sizes:
        parser.error("--sizes takes two or more, each larger than the one before")
    return given


def main() -> None:
    """Measure, print a table, and last one JSON object."""
    given, console = _arguments(), Console()
    by_size: list[dict[str, Took]] = []
    with tempfile.TemporaryDirectory(prefix="scale-", dir=given.folder) as folder:
        for rows in given.sizes:
            by_size.append(measured(Path(folder, str(rows)), rows))
            console.print(f"{rows:,} rows: {sum(took.seconds for took in by_size[-1].values()):,.0f} s in all")
    found = {stage: [size[stage] for size in by_size] for stage in (*WIDE, *DEEP)}
    console.print(_table(given.sizes, found))
    told = {
        "sizes": given.sizes,
        "growth": {
            stage: round(growth(given.sizes, [each.seconds for each in took]), 2) for stage, took in found.items()
        },
        "n_log_n": round(linearithmic(given.sizes), 2),
        "peak_mb": {stage: took[-1].peak_mb for stage, took in found.items()},
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
