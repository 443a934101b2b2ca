"""Pictures a second that training is fed from photographs, beside torchvision's ImageFolder under a DataLoader.

    python -m benchmarks.feeding [--quick]

The same files of the Grocery photographs, cut, changed and normalized at 224 pixels on the CPU, by no worker, one and
two: with the augmentation that is the default, and with a heavy one (cuts of 8% upwards, RandAugment, erasing). torch
computes on one thread everywhere. Both take turns of one epoch, round by round, the first of which is thrown away:
with it go the starts of the workers.

Exits with 2 where the photographs are missing. `--quick` takes one round and fewer pictures, and says little.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.embedding.contest import spread
from benchmarks.feeders.feeder import BATCH, DEFAULT, HEAVY, SIDE, Feeder
from benchmarks.feeders.ours import Ours
from benchmarks.feeders.theirs import Theirs
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.worlds import SHARED
from training.config import Augment
from vision.computing import one_core_each

WORKERS = (0, 1, 2)
AUGMENTATIONS = {"default": DEFAULT, "heavy": HEAVY}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: rounds, and pictures of a turn, a multiple of the batch."""

    rounds: int
    pictures: int


QUICK, FULL = Scale(1, 2 * BATCH), Scale(7, 10 * BATCH)


@dataclass(frozen=True, slots=True)
class Rates:
    """Pictures a second, a number a round."""

    ours: list[float]
    torchvision: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times as fast ours was, in each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.torchvision, strict=True)]


def photographs(root: Path, count: int) -> list[Path]:
    """So many training photographs, spread over all; Missing where there are fewer."""
    found = sorted((root / "train").rglob("*.jpg"))
    if len(found) < count:
        raise Missing(f"{root} holds {len(found)} photographs of {count}; name the Grocery data set with GROCERY_ROOT")
    return found[:: len(found) // count][:count]


def _rate(feeder: Feeder) -> float:
    start = time.perf_counter()
    return feeder.turn() / (time.perf_counter() - start)


def rates(root: Path, augment: Augment, workers: int, scale: Scale) -> Rates:
    """Turns of both, one after the other."""
    chosen = photographs(root, scale.pictures)
    with ExitStack() as held, one_core_each():
        ours: Feeder = held.enter_context(closing(Ours(chosen, augment, workers)))
        theirs: Feeder = held.enter_context(closing(Theirs(root / "train", chosen, augment, workers)))
        rounds = [(_rate(ours), _rate(theirs)) for _ in range(scale.rounds + 1)][1:]
    first, second = map(list, zip(*rounds, strict=True))
    return Rates(first, second)


def _show(name: str, of_workers: Mapping[int, Rates]) -> None:
    rounds = len(of_workers[0].ours)
    print(f"\n{name} augmentation at {SIDE} pixels, pictures a second, median and range of {rounds} rounds")
    for workers, one in of_workers.items():
        told = (spread(one.ours), spread(one.torchvision), spread(one.ratios, 2))
        print(f"  {workers} workers   ours {told[0]}   torchvision {told[1]}   ratio {told[2]}", flush=True)


def _figures(one: Rates) -> dict[str, float]:
    values: dict[str, Sequence[float]] = {
        "ours_img_per_s": one.ours, "torchvision_img_per_s": one.torchvision, "ratio": one.ratios
    }  # fmt: skip
    return {name: round(median(numbers), 2) for name, numbers in values.items()}


def measure(root: Path, scale: Scale) -> dict[str, dict[str, dict[str, float]]]:
    """The medians by augmentation and number of workers; their tables are printed on the way."""
    found = {}
    for name, augment in AUGMENTATIONS.items():
        of_workers = {workers: rates(root, augment, workers, scale) for workers in WORKERS}
        _show(name, of_workers)
        found[name] = {str(workers): _figures(one) for workers, one in of_workers.items()}
    return found


def main() -> int:
    """Print the tables, and as the last line one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.feeding", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one round instead of seven, and fewer pictures")
    asked = parser.parse_args()
    try:
        found = measure(Path(os.environ.get("GROCERY_ROOT", SHARED)), QUICK if asked.quick else FULL)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return NOT_RUN
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
