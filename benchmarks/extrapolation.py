"""The yardstick: what curated pictures from a rough web buy a long-tailed classifier.

    python -m benchmarks.extrapolation            seeds 0 to 4: webs, long tails and training together
    python -m benchmarks.extrapolation --quick    one seed and fewer steps

For each seed the pipeline runs up to its shards against a sandbox web over photographs; then
every arm is trained on the same pictures. The oracle arm trains on the good pictures straight
from the data set, so it is what perfect curation would buy. Within a run nothing is chosen on the test split.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.truth import Curation, curation
from flows.pipeline import extrapolate
from flows.recipe import Recipe, load_recipe
from flows.terminal import speak_plainly
from sandbox.ledger import Kind, Truth
from sandbox.process import SandboxProcess, running
from storage.manifest import read_rows
from storage.records import Accuracy, Crawled, Decision, Neighbor, Stage, StageRef
from tasks.embed.embed import embed
from tasks.targets.long_tail import LongTail
from training.config import Arm
from training.data import Examples, TrainingSet, as_edges
from training.read import read_features
from training.run import fit
from vision.encoders import load_encoder

PORT = 8766
"""Fixed, so that URLs, and with them keys and the order of pictures, are the same in every run."""

GROUPS = ("all", "many", "medium", "few")
ORACLE = "oracle"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "grocery"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One seed: test accuracy by arm and group, and how curation did."""

    seed: int
    accuracy: dict[str, dict[str, float]]
    curation: Curation


def _recipe(path: str, sandbox: SandboxProcess, root: Path, seed: int, steps: int | None) -> Recipe:
    """The recipe against this sandbox, with one seed for the tail and for training."""
    recipe = load_recipe(path, str(root))
    tail = LongTail(seed=seed)  # the sandbox's web is laid out by the same rule
    source = recipe.crawl.sources[0].model_copy(update={"base_url": sandbox.base_url})
    training = {"seed": seed} | ({"steps": steps} if steps else {})
    return recipe.model_copy(
        update={
            "targets": recipe.targets.model_copy(update={"long_tail": tail}),
            "neighbors": recipe.neighbors.model_copy(update={"base_url": sandbox.api_url}),
            "crawl": recipe.crawl.model_copy(update={"sources": (source,)}),
            "train": recipe.train.model_copy(update=training),
        }
    )


def _score(ledger: Sequence[Truth], refs: dict[Stage, StageRef]) -> Curation:
    kept = {row.key for row in read_rows(refs[Stage.SELECT], Decision) if row.reason is None}
    rows = [row for row in read_rows(refs[Stage.CRAWL], Crawled) if row.key in kept]
    return curation(ledger, ((row.url, row.neighbor) for row in rows))


def _oracle(data: TrainingSet, ledger: Sequence[Truth], refs: dict[Stage, StageRef], recipe: Recipe) -> TrainingSet:
    """The same targets with every good photograph of every neighbor class, and no other."""
    root = Path(recipe.targets.root)
    parents = {row.name: row.parents for row in read_rows(refs[Stage.NEIGHBORS], Neighbor) if row.reason is None}
    good = sorted({(row.neighbor, row.original) for row in ledger if row.kind is Kind.GOOD})
    names = sorted({name for name, _ in good})
    encoder = load_encoder(recipe.embed.encoder)
    files = ((original, (root / original).read_bytes()) for _, original in good)
    vectors, _ = embed(files, recipe.embed, encoder)
    labels = np.array([names.index(name) for name, _ in good], dtype=np.int64)
    edges = [(parent, index) for index, name in enumerate(names) for parent in parents[name]]
    return replace(data, auxiliaries=tuple(names), edges=as_edges(edges), auxiliary=Examples(vectors.matrix, labels))


def _groups(rows: Iterable[Accuracy]) -> dict[str, float]:
    return {row.group: 100 * row.accuracy for row in rows}


def run_seed(path: str, grocery: Path, work: Path, seed: int, steps: int | None, console: Console) -> Outcome:
    """Curate against one sandbox web and train every arm on what came of it."""
    with running(grocery, seed=seed, port=PORT) as sandbox:
        recipe = _recipe(path, sandbox, work / f"seed-{seed}", seed, steps)
        done = extrapolate(recipe, Stage.SHARD)
        ledger = sandbox.ledger()
    refs = {ref.stage: ref for ref in done}  # the embedded candidates come after the embedded targets
    target_vectors = next(ref for ref in done if ref.stage is Stage.EMBED)
    data = read_features(refs[Stage.TARGETS], target_vectors, refs[Stage.SHARD], refs[Stage.EMBED])
    sets = {str(arm): (data, arm) for arm in Arm} | {ORACLE: (_oracle(data, ledger, refs, recipe), Arm.SILENCED)}
    accuracy = {}
    for name, (examples, arm) in sets.items():
        with tempfile.TemporaryDirectory() as folder:  # nothing of an earlier run is taken up
            fitted = fit(examples, recipe.train, arm, Path(folder))
        accuracy[name] = _groups(fitted.test)
        console.print(f"seed {seed} {name}: {accuracy[name]['all']:.1f} all, {accuracy[name]['few']:.1f} few")
    return Outcome(seed, accuracy, _score(ledger, refs))


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error."""
    spread = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(np.mean(values)), float(spread)


def summarize(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Means and standard errors over the seeds, by arm and group; and of the curation."""
    summary: dict[str, dict[str, float]] = {}
    for arm in outcomes[0].accuracy:
        summary[arm] = {}
        for group in GROUPS:
            mean, error = _mean([outcome.accuracy[arm][group] for outcome in outcomes])
            summary[arm] |= {group: round(mean, 2), f"{group}_se": round(error, 2)}
    precision, recall = (
        _mean([getattr(outcome.curation, what) for outcome in outcomes])[0] for what in ("precision", "recall")
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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extrapolation", description=__doc__)
    parser.add_argument("--recipe", default="recipes/grocery.yaml")
    parser.add_argument("--grocery", type=Path, default=Path(os.environ.get("GROCERY_ROOT", SHARED)))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--work", type=Path, help="keep what is written here (default: a temporary folder)")
    parser.add_argument("--quick", action="store_true", help="seed 0 alone, 500 steps an arm")
    arguments = parser.parse_args()
    os.environ["GROCERY_ROOT"] = str(arguments.grocery)
    console = Console()
    speak_plainly()
    seeds, steps = ([0], 500) if arguments.quick else (arguments.seeds, None)
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        outcomes = [run_seed(arguments.recipe, arguments.grocery, work, seed, steps, console) for seed in seeds]
    summary = summarize(outcomes)
    _show(outcomes, summary, console)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
