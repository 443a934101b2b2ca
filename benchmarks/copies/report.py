"""What the benchmark of duplicates prints, and the bounds that it holds."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.copies.forms import FORMS
from benchmarks.copies.score import Contest, false_positives, recall

AT_LEAST = {"hash_img_per_s": 1000.0, "vectors_recall": 0.99}
AT_MOST = {"search_50k_s": 1.0, "vectors_gb": 8.0}


def _from_a_process(module: str, *arguments: object) -> dict[str, Any]:
    """What one measurement prints last, from a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.copies.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own module
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def speeds(photographs: Sequence[Path], vectors: Path, count: int) -> dict[str, Any]:
    """Hashing these photographs, searching 50,000 hashes, and deduplicating `count` vectors made of those in a file."""
    fast, crowd = _from_a_process("speed", *photographs), _from_a_process("million", vectors, count)
    return fast | {"vectors_1m_s": crowd["seconds"], "vectors_recall": crowd["recall"], "vectors_gb": crowd["peak_gb"]}


def missed(fast: Mapping[str, Any]) -> list[str]:
    """The bounds that these figures miss."""
    slow = [f"{name}: {fast[name]} is under {bound:g}" for name, bound in AT_LEAST.items() if fast[name] < bound]
    return slow + [f"{name}: {fast[name]} is over {bound:g}" for name, bound in AT_MOST.items() if fast[name] > bound]


def figures(contest: Contest) -> dict[str, object]:
    """Recall by form, and false positives: ours by both bounds, and every method's of the peer."""
    ours = {"ours": contest.duplicates, "ours_by_leak_score": contest.leaks}
    theirs = {method: found.pairs for method, found in contest.theirs.items()}

    def of(form: str) -> dict[str, object]:
        scores = {name: recall(pairs[form], form, contest.count) for name, pairs in (ours | theirs).items()}
        return {**{name: scores[name] for name in ours}, "imagededup": {name: scores[name] for name in theirs}}

    mistakes = {name: len(false_positives(pairs)) for name, pairs in (ours | theirs).items()}
    return {
        "photographs": contest.count,
        "recall": {form: of(form) for form in FORMS},
        "false_positives": {
            **{name: mistakes[name] for name in ours}, "imagededup": {name: mistakes[name] for name in theirs},
        },
        "imagededup_img_per_s": {method: found.img_per_s for method, found in contest.theirs.items()},
    }  # fmt: skip


def show(contest: Contest) -> None:
    """One row a form, one column a method."""
    columns = {"ours": contest.duplicates, "ours, leaks": contest.leaks}
    columns |= {method: dict(found.pairs) for method, found in contest.theirs.items()}
    table = Table("recall", *columns)
    for form in FORMS:
        table.add_row(form, *(f"{recall(pairs[form], form, contest.count):.4f}" for pairs in columns.values()))
    table.add_row("false positives", *(str(len(false_positives(pairs))) for pairs in columns.values()))
    Console(width=120).print(table)
