"""What curation is worth, by the sandbox's own truth: precision, recall and leaks.

    python -m benchmarks.curation --corpus herbarium      the demo's drawn world, with the tiny CLIP
    python -m benchmarks.curation --corpus photographs    Grocery, with MobileNetV1
    ... --without     and what each filter does: the same pictures judged without it
    ... --quick       one seed

The pipeline runs up to its verdicts against a sandbox web for each seed; without a filter only
the verdicts are made again. Nothing is trained.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.truth import Curation
from benchmarks.worlds import RECIPES, World, mean, score, world
from flows.pipeline import extrapolate
from flows.terminal import speak_plainly
from storage.records import Stage

AS_SET = "as the recipe says"
WITHOUT: Mapping[str, Mapping[str, object]] = {
    "without the leak guard": {"leak_guard": False},
    "without deduplication": {"dedup": False},
    "without similarity to parents": {"min_similarity": -1.0, "max_similarity": 1.0},
    "without agreement in the category": {"min_agreement": -1.0},
    "without the margin over rivals": {"min_margin": -2.0},
}
"""The changes of the recipe's `select` section that switch one filter off."""


def run_world(at: World, changes: Mapping[str, Mapping[str, object]]) -> dict[str, Curation]:
    """The scores of one world, as the recipe says and under each change."""
    found = {}
    settings: dict[str, Mapping[str, object]] = {AS_SET: {}, **changes}
    for name, change in settings.items():
        select = at.recipe.select.model_copy(update=change)
        refs = {ref.stage: ref for ref in extrapolate(at.recipe.model_copy(update={"select": select}), Stage.SELECT)}
        found[name] = score(at.ledger, refs[Stage.CRAWL], refs[Stage.SELECT])
    return found


def summarize(outcomes: Sequence[Mapping[str, Curation]]) -> dict[str, dict[str, float]]:
    """Means over the seeds by setting, with the standard errors of precision and recall; leaks are summed."""
    summary = {}
    for name in outcomes[0]:
        scores = [outcome[name] for outcome in outcomes]
        precision, recall = mean([one.precision for one in scores]), mean([one.recall for one in scores])
        summary[name] = {
            "kept": round(mean([one.kept for one in scores])[0], 1),
            "precision": round(precision[0], 4), "precision_se": round(precision[1], 4),
            "recall": round(recall[0], 4), "recall_se": round(recall[1], 4),
            "leaks": sum(one.leaks for one in scores),
        }  # fmt: skip
    return summary


def _show(outcomes: Mapping[int, Mapping[str, Curation]], console: Console) -> None:
    table = Table("seed", "setting", "kept", "precision", "recall", "leaks", "kept by what it truly is")
    for seed, outcome in outcomes.items():
        for name, c in outcome.items():
            kinds = ", ".join(f"{count} {kind}" for kind, count in c.by_kind.items() if count)
            table.add_row(str(seed), name, str(c.kept), f"{c.precision:.3f}", f"{c.recall:.3f}", str(c.leaks), kinds)
    console.print(table)


def main() -> None:
    """Run the worlds and print their scores, the last line one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.curation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", choices=list(RECIPES), required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--without", action="store_true", help="also without each filter in turn")
    parser.add_argument("--work", type=Path, help="keep what is written here (default: a temporary folder)")
    parser.add_argument("--quick", action="store_true", help="seed 0 alone")
    arguments = parser.parse_args()
    speak_plainly()
    outcomes = {}
    with tempfile.TemporaryDirectory() as temporary:
        for seed in [0] if arguments.quick else arguments.seeds:
            with world(arguments.corpus, arguments.work or Path(temporary), seed, arguments.grocery) as at:
                outcomes[seed] = run_world(at, WITHOUT if arguments.without else {})
    _show(outcomes, Console())
    print(json.dumps({"corpus": arguments.corpus, "seeds": list(outcomes), **summarize(list(outcomes.values()))}))


if __name__ == "__main__":
    main()
