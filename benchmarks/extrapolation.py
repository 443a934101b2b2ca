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
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.controls import oracle, with_controls
from benchmarks.rows import rounded
from benchmarks.truth import Curation
from benchmarks.worlds import RECIPES, World, finished, score, world
from flows.pipeline import extrapolate
from flows.terminal import speak_plainly
from storage.records import Stage
from training.comparing.shown import tables
from training.comparing.statistics import Interval, mean_and_error, retained
from training.comparing.summary import Outcomes, as_json, by_name
from training.comparing.trials import Outcome, Trial, carry_out, folder_of, held
from training.config import Arm, Mode, TrainConfig
from training.data import TrainingSet
from training.fit import unheard
from training.recipe import training_set

ORACLE = "oracle"
QUICK = {"steps": 500}
QUICK_FINETUNE = {"steps": 30, "warmup_steps": 3}
FINETUNE = {
    "mode": Mode.FINETUNE,
    "batch_size": 32,
    "steps": 400,
    "warmup_steps": 20,
    "lr": 1e-3,
    "evaluate_every": 100,
}
"""End to end, about eight epochs of Grocery's tail with its neighbors.

The rate is the best of 1e-4, 3e-4, 1e-3 and 3e-3 for the targets alone, on validation of seed 0.
"""


@dataclass(frozen=True, slots=True)
class Curated:
    """How curation did against the web of one seed."""

    seed: int
    score: Curation


def _config(at: World, finetune: bool, quick: bool) -> TrainConfig:
    """The recipe's training, or that of the whole network that embeds."""
    config, fewer = at.recipe.train, QUICK
    if finetune:
        encoder = at.recipe.embed.encoder.model_copy(update={"image_size": 128})
        config, fewer = config.model_copy(update={**FINETUNE, "encoder": encoder}), QUICK_FINETUNE
    return config.model_copy(update=fewer if quick else {})


def _trained(trial: Trial, data: TrainingSet, work: Path) -> Outcome:
    """What a trial came to, now or in a run before this one."""
    folder = folder_of(trial, data, work)
    return held(trial, data, folder) or carry_out(trial, data, folder, unheard)


def run_seed(at: World, seed: int, config: TrainConfig, work: Path, console: Console) -> tuple[Curated, list[Outcome]]:
    """Curate against one sandbox web and train every arm on what came of it."""
    done = extrapolate(at.recipe, Stage.SHARD)
    refs = {ref.stage: ref for ref in done}
    data = with_controls(training_set(finished(done), config.mode), at, work)
    sets = {str(arm): (data, arm) for arm in Arm}
    sets[ORACLE] = (oracle(data, at, refs[Stage.NEIGHBORS], work), Arm.SILENCED)
    outcomes = []
    for name, (examples, arm) in sets.items():
        outcomes.append(_trained(Trial(name, arm, config), examples, work))
        told = ", ".join(f"{accuracy:.1f} {group}" for group, accuracy in outcomes[-1].accuracy.items())
        console.print(f"seed {seed} {name}: {told}")
    return Curated(seed, score(at.ledger, refs[Stage.CRAWL], refs[Stage.SELECT])), outcomes


def _gains(outcomes: Outcomes, name: str, group: str) -> list[float]:
    pairs = zip(outcomes[name], outcomes[Arm.TARGETS_ONLY], strict=True)
    return [after.accuracy[group] - before.accuracy[group] for after, before in pairs]


def shares(outcomes: Outcomes) -> dict[str, Interval]:
    """The share of the oracle's gain that curation keeps, on all classes and on the few-shot ones."""
    return {
        group: retained(_gains(outcomes, Arm.SILENCED, group), _gains(outcomes, ORACLE, group))
        for group in ("all", "few")
        if group in outcomes[ORACLE][0].accuracy
    }


def summarize(curated: Sequence[Curated], outcomes: Outcomes) -> dict[str, Any]:
    """The comparison, what curation came to and what it retains, as plain JSON values."""
    precision, recall = (
        mean_and_error([getattr(one.score, what) for one in curated])[0] for what in ("precision", "recall")
    )
    leaks = sum(one.score.leaks for one in curated)
    return {
        **as_json(outcomes),
        "curation": {"precision": round(precision, 4), "recall": round(recall, 4), "leaks": leaks},
        "retained": {
            group: {name: rounded(value, 3) for name, value in kept._asdict().items()}
            for group, kept in shares(outcomes).items()
        },
    }  # fmt: skip


def _share(kept: Interval) -> str:
    """A share with its interval, as far as the seeds tell them."""
    if not math.isfinite(kept.mean):
        return "no share, since the oracle gains nothing"
    return f"{kept.mean:.0%}" + (f" ({kept.low:.0%} to {kept.high:.0%})" if math.isfinite(kept.low) else "")


def _show(curated: Sequence[Curated], outcomes: Outcomes, console: Console) -> None:
    for table in tables(outcomes):
        console.print(table)
    by_seed = Table("seed", "kept", "precision", "recall", "leaks", "kept by kind")
    for one in curated:
        s = one.score
        kinds = ", ".join(f"{count} {kind}" for kind, count in s.by_kind.items() if count)
        by_seed.add_row(str(one.seed), str(s.kept), f"{s.precision:.3f}", f"{s.recall:.3f}", str(s.leaks), kinds)
    console.print(by_seed)
    for group, kept in shares(outcomes).items():
        console.print(f"of the oracle's gain on {group}: {_share(kept)}")


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
    arguments, console = _arguments(), Console(width=None if Console().is_terminal else 160)
    speak_plainly()
    curated, outcomes = [], []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in arguments.seeds:
            with world(arguments.corpus, arguments.work or Path(temporary), seed, arguments.grocery) as at:
                work = Path(at.recipe.data_root, "trained")
                work.mkdir(parents=True, exist_ok=True)
                one, trained = run_seed(at, seed, _config(at, arguments.finetune, arguments.quick), work, console)
                curated.append(one)
                outcomes += trained
    _show(curated, by_name(outcomes), console)
    print(json.dumps(summarize(curated, by_name(outcomes))))


if __name__ == "__main__":
    main()
