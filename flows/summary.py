"""What a run came to: every stage's counts and reasons, the accuracy, and where things lie."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from rich.console import Console
from rich.table import Table

from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, Split, Stage, StageRef
from tasks.report.gather import step
from tasks.report.page import GROUPS
from tasks.report.training import gain


def _stages(refs: Sequence[StageRef]) -> Table:
    table = Table("stage", "in", "out", "what became of them", "seconds", "run")
    for ref in refs:
        line = step(ref)
        became = ", ".join(f"{outcome.count:,} {outcome.name.replace('_', ' ')}" for outcome in line.outcomes)
        taken = "" if line.taken is None else f"{line.taken:,}"
        run = "cached" if ref.reused else "executed"
        table.add_row(line.stage, taken, f"{line.handed:,}", became, f"{line.seconds:.1f}", run)
    return table


def _accuracy(train: StageRef) -> Table:
    """Settings are compared on validation; test is what a finished choice is worth."""
    rows = read_rows(train, Accuracy)
    held = {(row.arm, row.split, row.group): f"{100 * row.accuracy:.1f}" for row in rows}
    table = Table("arm", "validation", *GROUPS, title="accuracy, %: all of validation, then test by group")
    table.columns[0].no_wrap = True
    for arm in dict.fromkeys(row.arm for row in rows):
        shown = [(Split.VAL, "all"), *((Split.TEST, group) for group in GROUPS)]
        table.add_row(arm, *(held.get((arm, split, group), "-") for split, group in shown))
    if gained := gain(rows, Split.TEST):
        changes = ["-" if change is None else f"{100 * change:+.1f}" for change in gained.changes]
        table.add_section()
        table.add_row(f"gain of {gained.arm}", "", *changes, style="bold")
    return table


def _places(ref: StageRef) -> Iterator[str]:
    """Where what a stage made lies: a folder of many files, or a page."""
    files = [file for part in read_manifest(ref.uri).parts for file in part.files]
    if what := {Stage.SHARD: "shard", Stage.TRAIN: "checkpoint"}.get(ref.stage):
        yield f"{sum(file.kind == what for file in files)} {what}s: {ref.uri}"
    for file in files:
        if file.kind == "report":
            yield f"{PurePosixPath(file.name).stem} report: {ref.uri}/{file.name}"


def show(refs: Sequence[StageRef], note: str, console: Console) -> None:
    """Print what the recipe says of its run, and the summary of the stages that it went through."""
    if note:
        console.print(note, markup=False, highlight=False)
    console.print(_stages(refs))
    for ref in refs:
        if ref.stage is Stage.TRAIN:
            console.print(_accuracy(ref))
    for line in (line for ref in refs for line in _places(ref)):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    if all(ref.reused for ref in refs):
        console.print("no stage was executed: everything was whole already")
