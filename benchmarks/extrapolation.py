"""The yardstick: what curated pictures from a rough web buy a long-tailed classifier.

    python -m benchmarks.extrapolation                        Grocery, frozen features, seeds 0 to 4
    python -m benchmarks.extrapolation --corpus herbarium     drawn worlds, the demo's network from scratch
    ... --quick                                               one seed and fewer steps

A seed is web, long tail and training together, and for the herbarium its species too. For each the
pipeline runs up to its shards against a sandbox web; then every arm is trained on the same pictures.
The oracle arm trains on the good pictures straight from the corpus, so it is what perfect curation
would buy. Within a run nothing is chosen on the test split.
"""

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.truth import Curation
from benchmarks.worlds import RECIPES, World, mean, score, world
from flows.pipeline import extrapolate
from flows.terminal import speak_plainly
from sandbox.ledger import Kind
from storage.manifest import read_rows
from storage.records import Accuracy, Neighbor, Stage, StageRef
from tasks.embed.embed import embed
from tasks.embed.models import Models
from training.config import Arm, Mode
from training.data import Examples, Inputs, Picture, TrainingSet, as_edges
from training.read import read_features, read_pictures
from training.run import fit
from vision.encoders import load_encoder
from vision.resize import resize

GROUPS = ("all", "many", "medium", "few")
ORACLE = "oracle"
QUICK_STEPS = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """One seed: test accuracy by arm and group, and how curation did."""

    seed: int
    accuracy: dict[str, dict[str, float]]
    curation: Curation


def _inputs(at: World, keys: Sequence[str], folder: Path) -> Inputs:
    """Originals of the corpus as the recipe's training gets curated ones: vectors, or files resized as in shards."""
    if at.recipe.train.mode is Mode.FEATURES:
        models = Models((load_encoder(at.recipe.embed.encoder),))
        return embed(keys, at.corpus.picture, at.recipe.embed, models).vectors.matrix
    pictures = np.empty(len(keys), dtype=object)
    for number, key in enumerate(keys):
        original = at.corpus.picture(key)
        packed, suffix = resize(original, at.recipe.shard.size)
        path = folder / f"{number}.{suffix}"
        path.write_bytes(packed)
        pictures[number] = Picture(str(path), hashlib.sha256(original).hexdigest())
    return pictures


def _oracle(data: TrainingSet, at: World, refs: dict[Stage, StageRef], folder: Path) -> TrainingSet:
    """The same targets with every good picture of every neighbor class, and no other."""
    parents = {row.name: row.parents for row in read_rows(refs[Stage.NEIGHBORS], Neighbor) if row.reason is None}
    good = sorted({(row.neighbor, row.original) for row in at.ledger if row.kind is Kind.GOOD})
    names = sorted({name for name, _ in good})
    labels = np.array([names.index(name) for name, _ in good], dtype=np.int64)
    edges = [(parent, index) for index, name in enumerate(names) for parent in parents[name]]
    inputs = _inputs(at, [original for _, original in good], folder)
    return replace(data, auxiliaries=tuple(names), edges=as_edges(edges), auxiliary=Examples(inputs, labels))


def _groups(rows: Iterable[Accuracy]) -> dict[str, float]:
    return {row.group: 100 * row.accuracy for row in rows}


def run_seed(at: World, seed: int, steps: int | None, console: Console) -> Outcome:
    """Curate against one sandbox web and train every arm on what came of it."""
    done = extrapolate(at.recipe, Stage.SHARD)
    refs = {ref.stage: ref for ref in done}  # the embedded candidates come after the embedded targets
    targets, shards = refs[Stage.TARGETS], refs[Stage.SHARD]
    target_vectors = next(ref for ref in done if ref.stage is Stage.EMBED)
    if at.recipe.train.mode is Mode.FEATURES:
        data = read_features(targets, target_vectors, shards, refs[Stage.EMBED])
    else:
        data = read_pictures(targets, target_vectors, shards)
    config = at.recipe.train.model_copy(update={"steps": steps} if steps else {})
    accuracy = {}
    with tempfile.TemporaryDirectory() as folder:
        sets = {str(arm): (data, arm) for arm in Arm}
        sets[ORACLE] = (_oracle(data, at, refs, Path(folder)), Arm.SILENCED)
        for name, (examples, arm) in sets.items():
            fitted = fit(examples, config, arm, Path(folder, name))  # a folder of its own: nothing is taken up
            accuracy[name] = _groups(fitted.test)
            console.print(f"seed {seed} {name}: {accuracy[name]['all']:.1f} all, {accuracy[name]['few']:.1f} few")
    return Outcome(seed, accuracy, score(at.ledger, refs[Stage.CRAWL], refs[Stage.SELECT]))


def summarize(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Means and standard errors over the seeds, by arm and group; and of the curation."""
    summary: dict[str, dict[str, float]] = {}
    for arm in outcomes[0].accuracy:
        summary[arm] = {}
        for group in GROUPS:
            average, error = mean([outcome.accuracy[arm][group] for outcome in outcomes])
            summary[arm] |= {group: round(average, 2), f"{group}_se": round(error, 2)}
    precision, recall = (
        mean([getattr(outcome.curation, what) for outcome in outcomes])[0] for what in ("precision", "recall")
    )
    leaks = sum(outcome.curation.leaks for outcome in outcomes)
    summary["curation"] = {"precision": round(precision, 4), "recall": round(recall, 4), "leaks": leaks}
    return summary


def _show(outcomes: Sequence[Outcome], summary: dict[str, dict[str, float]], console: Console) -> None:
    table = Table("test accuracy, %", *GROUPS)
    for arm in outcomes[0].accuracy:
        table.add_row(arm, *(f"{summary[arm][g]:.1f} ± {summary[arm][f'{g}_se']:.1f}" for g in GROUPS))
    console.print(table)
    curated = Table("seed", "kept", "precision", "recall", "leaks", "kept by kind")
    for outcome in outcomes:
        c = outcome.curation
        kinds = ", ".join(f"{count} {kind}" for kind, count in c.by_kind.items() if count)
        curated.add_row(str(outcome.seed), str(c.kept), f"{c.precision:.3f}", f"{c.recall:.3f}", str(c.leaks), kinds)
    console.print(curated)


def main() -> None:
    """Run the yardstick and print its tables, the last line one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.extrapolation", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--corpus", choices=list(RECIPES), default="photographs")
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--work", type=Path, help="keep what is written here (default: a temporary folder)")
    parser.add_argument("--quick", action="store_true", help=f"seed 0 alone, {QUICK_STEPS} steps an arm")
    arguments = parser.parse_args()
    console = Console()
    speak_plainly()
    seeds, steps = ([0], QUICK_STEPS) if arguments.quick else (arguments.seeds, None)
    outcomes = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in seeds:
            with world(arguments.corpus, arguments.work or Path(temporary), seed, arguments.grocery) as at:
                outcomes.append(run_seed(at, seed, steps, console))
    summary = summarize(outcomes)
    _show(outcomes, summary, console)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
