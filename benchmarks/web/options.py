"""What the two benchmarks of the crawl are told, and how they end."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import NOT_RUN, Missing

GROCERY = Path(__file__).parents[3] / "shared" / "data" / "grocery"
"""The Grocery Store Dataset beside the checkout, as the tests look for it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: pictures and rounds."""

    pictures: int
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, read; `grocery` is None where pictures are to be drawn."""

    scale: Scale
    grocery: Path | None
    peer_python: Path | None


def parse(program: str, quick: Scale, full: Scale, line: list[str] | None = None) -> Options:
    """The options of `python -m benchmarks.<program>`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{program}")
    parser.add_argument("--quick", action="store_true", help=f"{quick.pictures} pictures, {quick.rounds} round(s)")
    parser.add_argument("--pictures", type=int, help=f"how many; {full.pictures} where nothing is said")
    parser.set_defaults(rounds=None)
    if full.rounds > 1:
        parser.add_argument("--rounds", type=int, help=f"how often each is run; {full.rounds} where nothing is said")
    grocery = GROCERY if GROCERY.is_dir() else None
    told = "the Grocery Store Dataset, whose photographs fill the pictures; without it noise is drawn"
    parser.add_argument("--grocery", type=Path, default=grocery, help=told)
    parser.add_argument("--peer-python", type=Path, help="the python of an environment that holds img2dataset")
    read = parser.parse_args(line)
    usual = quick if read.quick else full
    scale = Scale(read.pictures or usual.pictures, read.rounds or usual.rounds)
    return Options(scale, read.grocery, read.peer_python)


def report(measure: Callable[[Options, Path], dict[str, object]], options: Options) -> dict[str, object]:
    """Measure in a folder of its own; the figures, printed as one JSON object too. Exits with 2 where it cannot."""
    with tempfile.TemporaryDirectory(prefix="crawl-benchmark-") as work:
        try:
            figures = measure(options, Path(work))
        except Missing as missing:
            print(missing, file=sys.stderr)
            sys.exit(NOT_RUN)
    print(json.dumps(figures))
    return figures
