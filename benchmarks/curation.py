"""What curation is worth, by the sandbox's own truth: precision, recall and leaks.

    python -m benchmarks.curation                    photographs with MobileNetV1, drawn flowers with the tiny CLIP
    python -m benchmarks.curation --corpus NAME      one of the two: photographs or herbarium
    ... --quick                                      seed 0, and no filter left out

The pipeline runs up to its verdicts against a sandbox web for each seed. Then each filter is left
out in turn, the same pictures are judged without it, and for seed 0 every bound is shown at other
values. Nothing is trained.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.truth import Curation, is_right
from benchmarks.worlds import RECIPES, World, mean, score, world
from flows.calibration import calibrated, calibration_table
from flows.pipeline import extrapolate
from flows.terminal import speak_plainly
from sandbox.ledger import Truth
from storage.manifest import read_rows
from storage.records import Crawled, Stage, StageRef
from tasks.select.calibration import Tried

AS_SET = "as the recipe says"
WITHOUT: Mapping[str, Mapping[str, object]] = {
    "without the leak guard": {"leak_guard": False},
    "without deduplication": {"dedup": False},
    "without similarity to parents": {"min_similarity": -1.0, "max_similarity": 1.0},
    "without agreement in the category": {"min_agreement": -1.0},
    "without the rank of the name": {"max_name_rank": 1.0},
    "without the margin over rivals": {"min_margin": -2.0},
}
"""The changes of the recipe's `select` section that switch one filter off."""

CALLED = {"photographs": "grocery", "herbarium": "herbarium"}
"""What each corpus is called in the last line."""

Changes = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world's scores by setting, and its bounds at other values, by the ledger."""

    scores: Mapping[str, Curation]
    tried: Sequence[Tried]


def _truth(ledger: Sequence[Truth], crawl: StageRef) -> dict[tuple[str, str], bool]:
    """Of every candidate whether it shows what its category asks for."""
    by_url, classes = {row.url: row for row in ledger}, {row.neighbor for row in ledger}
    return {
        (row.key, row.neighbor): is_right(by_url[row.url], row.neighbor, classes) for row in read_rows(crawl, Crawled)
    }


def run_world(at: World, changes: Changes) -> Outcome:
    """The scores of one world, as the recipe says and under each change."""
    scores, tried = {}, list[Tried]()
    settings: dict[str, Mapping[str, object]] = {AS_SET: {}, **changes}
    for name, change in settings.items():
        config = at.recipe.select.model_copy(update=change)
        refs = {ref.stage: ref for ref in extrapolate(at.recipe.model_copy(update={"select": config}), Stage.SELECT)}
        scores[name] = score(at.ledger, refs[Stage.CRAWL], refs[Stage.SELECT])
        tried = tried or calibrated(refs[Stage.SELECT], config, _truth(at.ledger, refs[Stage.CRAWL]))
    return Outcome(scores, tried)


def summarize(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Means over the seeds by setting, with the standard errors of precision and recall; leaks are summed."""
    summary = {}
    for name in outcomes[0].scores:
        scores = [outcome.scores[name] for outcome in outcomes]
        precision, recall = mean([one.precision for one in scores]), mean([one.recall for one in scores])
        summary[name] = {
            "kept": round(mean([one.kept for one in scores])[0], 1),
            "precision": round(precision[0], 4), "precision_se": round(precision[1], 4),
            "recall": round(recall[0], 4), "recall_se": round(recall[1], 4),
            "leaks": sum(one.leaks for one in scores),
        }  # fmt: skip
    return summary


def _show(corpus: str, outcomes: Mapping[int, Outcome], console: Console) -> None:
    table = Table("seed", "setting", "kept", "precision", "recall", "leaks", "kept by what it truly is", title=corpus)
    for seed, outcome in outcomes.items():
        for name, c in outcome.scores.items():
            kinds = ", ".join(f"{count} {kind}" for kind, count in c.by_kind.items() if count)
            table.add_row(str(seed), name, str(c.kept), f"{c.precision:.3f}", f"{c.recall:.3f}", str(c.leaks), kinds)
    console.print(table)
    seed, first = next(iter(outcomes.items()))
    console.print(f"{corpus}, seed {seed}, by the ledger:", calibration_table(first.tried))


def _summary_table(by_setting: Mapping[str, Mapping[str, float]], corpus: str) -> Table:
    table = Table("setting", "kept", "precision", "recall", "leaks", title=f"{corpus}, means over seeds, leaks in all")
    for name, row in by_setting.items():
        shares = (f"{row[what]:.3f} ± {row[f'{what}_se']:.3f}" for what in ("precision", "recall"))
        table.add_row(name, f"{row['kept']:.0f}", *shares, f"{row['leaks']:.0f}")
    return table


def _run(corpus: str, seeds: Sequence[int], work: Path, grocery: Path | None, changes: Changes) -> dict[int, Outcome]:
    outcomes = {}
    for seed in seeds:
        with world(corpus, work, seed, grocery) as at:
            outcomes[seed] = run_world(at, changes)
    return outcomes


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.curation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", choices=list(RECIPES), nargs="+", default=["photographs", "herbarium"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--grocery", type=Path, help="the photographs' folder")
    parser.add_argument("--work", type=Path, help="keep what is written here (default: a temporary folder)")
    parser.add_argument("--quick", action="store_true", help="seed 0 alone, and no filter left out")
    return parser.parse_args()


def main() -> None:
    """Run the worlds and print their scores, the last line one JSON object."""
    arguments, console, summary = _arguments(), Console(), dict[str, object]()
    seeds, changes = ([0], {}) if arguments.quick else (arguments.seeds, WITHOUT)
    speak_plainly()
    with tempfile.TemporaryDirectory() as temporary:
        for corpus in arguments.corpus:
            outcomes = _run(corpus, seeds, arguments.work or Path(temporary), arguments.grocery, changes)
            settings = summarize(list(outcomes.values()))
            _show(corpus, outcomes, console)
            console.print(_summary_table(settings, corpus))
            summary[CALLED[corpus]] = {**settings.pop(AS_SET), "without": settings}
    print(json.dumps({"seeds": seeds, **summary}))


if __name__ == "__main__":
    main()
