"""What curation is worth, by the sandbox's own truth: precision, recall and leaks.

    python -m benchmarks.curation                    photographs with MobileNetV1, drawn flowers with the tiny CLIP
    python -m benchmarks.curation --corpus NAME      one of the two: photographs or herbarium
    ... --quick                                      seed 0, and no filter left out

The pipeline runs up to its verdicts against a sandbox web for each seed. Then each filter is left
out in turn, the same pictures are judged without it, and for the first seed every bound is shown at
other values. Nothing is trained.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.filters import AS_SET, WITHOUT, Changes, Outcome, named_leaks, run_world, summarize
from benchmarks.rows import shown
from benchmarks.worlds import RECIPES, world
from flows.calibration import calibration_table
from flows.terminal import speak_plainly

CALLED = {"photographs": "grocery", "herbarium": "herbarium"}
"""What each corpus is called in the last line."""


def _show(corpus: str, outcomes: Mapping[int, Outcome], console: Console) -> None:
    table = Table("seed", "setting", "kept", "precision", "recall", "leaks", "kept by what it truly is", title=corpus)
    for seed, outcome in outcomes.items():
        for name, c in outcome.scores.items():
            kinds = ", ".join(f"{count} {kind}" for kind, count in c.by_kind.items() if count)
            table.add_row(str(seed), name, str(c.kept), f"{c.precision:.3f}", f"{c.recall:.3f}", str(c.leaks), kinds)
    console.print(table)
    seed, first = next(iter(outcomes.items()))
    console.print(f"{corpus}, seed {seed}, by the ledger:", calibration_table(first.tried))


def _summary_table(by_setting: Mapping[str, Mapping[str, float | None]], corpus: str) -> Table:
    table = Table("setting", "kept", "precision", "recall", "leaks", title=f"{corpus}, means over seeds, leaks in all")
    for name, row in by_setting.items():
        shares = (shown(row, what, digits=3) for what in ("precision", "recall"))
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
            settings, named = summarize(list(outcomes.values())), named_leaks(list(outcomes.values()))
            _show(corpus, outcomes, console)
            console.print(_summary_table(settings, corpus))
            console.print(
                f"{corpus}: leaks named as such {named['leaks_named']:.4f}, others {named['false_alarms']:.5f}"
            )
            summary[CALLED[corpus]] = {**settings.pop(AS_SET), **named, "without": settings}
    print(json.dumps({"seeds": seeds, **summary}))


if __name__ == "__main__":
    main()
