"""Finding copies beside imagededup, and how fast pictures are hashed and a million vectors deduplicated.

    python -m benchmarks.dedup [--quick] [--grocery FOLDER] [--peer-python PYTHON]

400 photographs of the Grocery Store Dataset, as many of each class and far apart in its lists, and a copy of each
in every form of `benchmarks/copies/forms.py`. For each form the originals and their copies are searched together.
Ours is the product's path: hashes, thumbnails and MobileNetV1 vectors nominate, alignment judges, by the default
bounds of duplicates and of leaks. imagededup runs each of its methods by its defaults, its CNN with the same
MobileNetV1; it is installed once, in an environment of its own. A false positive is a pair of files of different
photographs that is reported; each is counted once.

Exits with 1 where a method of the peer finds more of any form, or has fewer false positives, or a bound of speed,
memory or recall is missed; with 2 where something is missing. `--quick` takes 100 photographs and 100,000 vectors
and runs the peer only where it is installed.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.copies.forms import FORMS, ORIGINAL, chosen, write
from benchmarks.copies.ours import encoder, reported, seen, together
from benchmarks.copies.peer import PEER, Reported
from benchmarks.copies.peer import reported as reported_by_peer
from benchmarks.copies.report import figures, missed, show, speeds
from benchmarks.copies.score import Contest, Pairs, shortfalls
from benchmarks.environments import python_of
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.web.options import GROCERY
from tasks.select.config import SelectConfig

WEIGHTS = "encoders/mobilenetv1_100_imagenet_fp16.safetensors"
HASHED = 2000
"""Photographs that the rate of hashing is measured on."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    photographs: int
    vectors: int


QUICK, FULL = Scale(100, 100_000), Scale(400, 1_000_000)


def _ours(folder: Path, weights: Path) -> tuple[list[dict[str, Pairs]], np.ndarray]:
    """Our pairs by form, by the bound of duplicates and by that of leaks; and the vectors of all files."""
    model, config = encoder(weights), SelectConfig()
    by_form = {form: seen(sorted((folder / form).iterdir()), model) for form in (ORIGINAL, *FORMS)}
    found: list[dict[str, Pairs]] = [{}, {}]
    for form in FORMS:
        told = reported(
            together(by_form[ORIGINAL], by_form[form]), (config.duplicate_score, config.leak_score), config.shortlist
        )
        for pairs, by_bound in zip(told, found, strict=True):
            by_bound[form] = pairs
    return found, np.concatenate([matrix for _, matrix in by_form.values()])


def _theirs(options: argparse.Namespace, folder: Path, weights: Path) -> Mapping[str, Reported]:
    try:
        python = python_of(PEER, options.peer_python, install=not options.quick)
    except Missing as missing:
        if not options.quick:
            raise
        print(f"imagededup is left out: {missing}")
        return {}
    return reported_by_peer(python, folder, weights)


def measure(options: argparse.Namespace, work: Path) -> tuple[dict[str, object], list[str]]:
    """All figures, and what they fall short of."""
    if not (options.grocery / "train.txt").is_file():
        raise Missing(f"there are no photographs in {options.grocery}; name the Grocery Store Dataset with --grocery")
    scale, weights = QUICK if options.quick else FULL, options.grocery.parent / WEIGHTS
    write(chosen(options.grocery, scale.photographs), work / "forms")
    (duplicates, leaks), vectors = _ours(work / "forms", weights)
    np.save(work / "vectors.npy", vectors)
    contest = Contest(duplicates, leaks, _theirs(options, work / "forms", weights), scale.photographs)
    show(contest)
    fast = speeds(chosen(options.grocery, HASHED), work / "vectors.npy", scale.vectors)
    return {"vectors": scale.vectors, **figures(contest), **fast}, [*shortfalls(contest), *missed(fast)]


def main() -> None:
    """Print a table, what falls short, and last one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dedup", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="100 photographs, 100,000 vectors")
    parser.add_argument("--grocery", type=Path, default=GROCERY, help="the Grocery Store Dataset")
    parser.add_argument("--peer-python", type=Path, help="the python of an environment that holds imagededup and timm")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dedup-benchmark-") as work:
        try:
            found, short = measure(options, Path(work))
        except Missing as missing:
            print(missing, file=sys.stderr)
            sys.exit(NOT_RUN)
    print(*short, json.dumps(found), sep="\n")
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
