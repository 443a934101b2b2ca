"""The yardstick: what curated pictures from a rough web buy a long-tailed classifier.

    python -m benchmarks.extrapolation                        Grocery, frozen features, seeds 0 to 9
    python -m benchmarks.extrapolation --finetune             ... the whole network at 128 pixels, seeds 0 to 2
    python -m benchmarks.extrapolation --corpus herbarium     drawn worlds, the demo's network from scratch
    ... --quick                                               one seed and fewer steps

A seed is web, long tail and training together, and for the herbarium its species too. For each the
pipeline runs up to its shards against a sandbox web; then every arm is trained on the same pictures.
The oracle arm trains on the good pictures straight from the corpus, so it is what perfect curation
would buy; `retained` is the share of its gain over the targets alone that curation keeps. Within a
run nothing is chosen on the test split.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.controls import oracle, with_controls
from benchmarks.truth import Curation
from benchmarks.worlds import RECIPES, World, mean, score, world
from flows.pipeline import extrapolate
from flows.terminal import speak_plainly
from storage.records import Accuracy, Stage, StageRef
from training.comparing.statistics import retained
from training.config import Arm, Mode, TrainConfig
from training.data import TrainingSet
from training.fit import fit
from training.read import read_features, read_pictures

GROUPS = ("all", "many", "medium", "few")
ORACLE = "oracle"
QUICK_STEPS = 500
QUICK_FINETUNE_STEPS = 30
FINETUNE = {"mode": Mode.FINETUNE, "batch_size": 64, "steps": 300, "warmup_steps": 30, "lr": 1e-3, "evaluate_every": 60}
"""End to end: every epoch of Grocery's tail and its neighbors is about 24 steps."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One seed: test accuracy by arm and group, and how curation did."""

    seed: int
    accuracy: dict[str, dict[str, float]]
    curation: Curation


def _groups(rows: Iterable[Accuracy]) -> dict[str, float]:
    return {row.group: 100 * row.accuracy for row in rows}


def _config(at: World, finetune: bool, quick: bool) -> TrainConfig:
    """The recipe's training, or that of the whole network that embeds."""
    config, steps = at.recipe.train, QUICK_STEPS
    if finetune:
        encoder = at.recipe.embed.encoder.model_copy(update={"image_size": 128})
        config, steps = config.model_copy(update={**FINETUNE, "encoder": encoder}), QUICK_FINETUNE_STEPS
    return config.model_copy(update={"steps": steps} if quick else {})


def _read(done: Sequence[StageRef], config: TrainConfig) -> TrainingSet:
    refs = {ref.stage: ref for ref in done}  # the embedded candidates come after the embedded targets
    of_targets = next(ref for ref in done if ref.stage is Stage.EMBED)
    if config.mode is Mode.FEATURES:
        return read_features(refs[Stage.TARGETS], of_targets, refs[Stage.SHARD], refs[Stage.EMBED])
    return read_pictures(refs[Stage.TARGETS], of_targets, refs[Stage.SHARD])


def run_seed(at: World, seed: int, config: TrainConfig, work: Path, console: Console) -> Outcome:
    """Curate against one sandbox web and train every arm on what came of it."""
    done = extrapolate(at.recipe, Stage.SHARD)
    refs = {ref.stage: ref for ref in done}
    data = with_controls(_read(done, config), at, work)
    sets = {str(arm): (data, arm) for arm in Arm}
    sets[ORACLE] = (oracle(data, at, refs[Stage.NEIGHBORS], work), Arm.SILENCED)
    accuracy = {}
    for name, (examples, arm) in sets.items():
        fitted = fit(examples, config, arm, work / name)
        accuracy[name] = _groups(fitted.test)
        console.print(f"seed {seed} {name}: {accuracy[name]['all']:.1f} all, {accuracy[name]['few']:.1f} few")
    return Outcome(seed, accuracy, score(at.ledger, refs[Stage.CRAWL], refs[Stage.SELECT]))


def _gains(outcomes: Sequence[Outcome], arm: str, group: str) -> list[float]:
    return [outcome.accuracy[arm][group] - outcome.accuracy[Arm.TARGETS_ONLY][group] for outcome in outcomes]


def _retained(outcomes: Sequence[Outcome], group: str) -> dict[str, float]:
    kept = retained(_gains(outcomes, Arm.SILENCED, group), _gains(outcomes, ORACLE, group))
    return {name: round(value, 3) for name, value in kept._asdict().items()}


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Means and standard errors over the seeds, by arm and group; of the curation; and what it retains."""
    summary: dict[str, Any] = {}
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
    if len(outcomes) > 1:
        summary["retained"] = {group: _retained(outcomes, group) for group in ("all", "few")}
    return summary


def _show(outcomes: Sequence[Outcome], summary: dict[str, Any], console: Console) -> None:
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
    for group, kept in summary.get("retained", {}).items():
        console.print("of the oracle's gain on {}: {mean:.0%} ({low:.0%} to {high:.0%})".format(group, **kept))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.extrapolation", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--corpus", choices=list(RECIPES), default="photographs")
    parser.add_argument("--finetune", action="store_true", help="train the whole network, at 128 pixels")
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--seeds", type=int, nargs="+", help="default: 0 to 9, with --finetune 0 to 2")
    parser.add_argument("--work", type=Path, help="keep everything here; a killed run goes on (default: temporary)")
    parser.add_argument("--quick", action="store_true", help="seed 0 alone, and fewer steps")
    arguments = parser.parse_args()
    arguments.seeds = [0] if arguments.quick else arguments.seeds or range(3 if arguments.finetune else 10)
    return arguments


def main() -> None:
    """Run the yardstick and print its tables, the last line one JSON object."""
    arguments, console = _arguments(), Console()
    speak_plainly()
    outcomes = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in arguments.seeds:
            with world(arguments.corpus, arguments.work or Path(temporary), seed, arguments.grocery) as at:
                config = _config(at, arguments.finetune, arguments.quick)
                folder = Path(at.recipe.data_root, f"trained-{config.mode}-{config.steps}")
                folder.mkdir(parents=True, exist_ok=True)
                outcomes.append(run_seed(at, seed, config, folder, console))
    summary = summarize(outcomes)
    _show(outcomes, summary, console)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
