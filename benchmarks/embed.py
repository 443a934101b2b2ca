"""What share of its bare forward pass the whole embed stage reaches, and how fast it is beside clip-retrieval.

    python -m benchmarks.embed [--quick]

From tars to vectors, hashes and thumbnails; on a GPU where there is one, with the share of time that it worked, else
on the CPU's cores. Needs the Grocery photographs; CLIPs have random weights, and so has the small encoder where its
own do not lie beside the photographs.

clip-retrieval's `clip inference` reads the same tars on the same two cores, always on the CPU, with the same random
weights of ViT-B/32, and makes vectors alone. Its start, its loading and its warm-up are not counted. It is installed
once, in an environment of its own; where it cannot be, that is said and it is left out.

Exits with 1 where the share is too small, the peer is faster, or its vectors are not ours; with 2 where something is
missing. `--quick` takes fewer rounds and pictures, and runs the peer only where it is installed.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.embedding.contest import contest
from benchmarks.embedding.encoders import encoders
from benchmarks.embedding.peer import PEER
from benchmarks.embedding.photographs import shards
from benchmarks.embedding.race import Result, race
from benchmarks.embedding.report import shortfalls, show, show_race
from benchmarks.environments import python_of
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.worlds import SHARED

PICTURES = 256
"""Different photographs that the encoders are timed over."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: rounds of each encoder, and rounds and pictures of the race with the peer."""

    rounds: int
    races: int
    raced: int


QUICK, FULL = Scale(5, 1, 64), Scale(15, 3, 256)


def _raced(photographs: Path, scale: Scale, install: bool, work: Path) -> Result | None:
    try:
        result = race(python_of(PEER, install=install), photographs, scale.raced, scale.races, work)
    except Missing as missing:
        print(f"\nclip-retrieval is left out: {missing}")
        return None
    show_race(result)
    return result


def measure(quick: bool, work: Path) -> tuple[dict[str, object], list[str]]:
    """All figures, and what they fall short of; their tables are printed on the way."""
    photographs, scale = Path(os.environ.get("GROCERY_ROOT", SHARED)), QUICK if quick else FULL
    held = shards(photographs, PICTURES, work / "tars")
    done = [show(contest(encoder, held, scale.rounds)) for encoder in encoders(photographs)]
    each = {rates.name: round(median(rates.fractions), 3) for rates in done}
    peer = _raced(photographs, scale, not quick, work / "race")
    found = {"fraction_of_forward": min(each.values()), "encoders": each, "peer": peer.figures if peer else None}
    return found, list(shortfalls([median(rates.fractions) for rates in done], peer))


def main() -> int:
    """Print the tables, what falls short, and as the last line one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.embed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="five rounds instead of fifteen, and one of the peer")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="embed-benchmark-") as work:
        try:
            found, short = measure(asked.quick, Path(work))
        except Missing as missing:
            print(missing, file=sys.stderr)
            return NOT_RUN
    print(*short, json.dumps(found), sep="\n")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
