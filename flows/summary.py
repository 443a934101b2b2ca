"""What a run came to: every stage's counts and reasons, the accuracy, and where things lie."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, Split, Stage, StageRef
from tasks.report.gather import step
from tasks.report.page import GROUPS


def _stages(refs: Sequence[StageRef]) -> Table:
    table = Table("stage", "in", "out", "what became of them", "seconds", "run")
    for ref in refs:
        line = step(ref)
        became = ", ".join(f"{outcome.count:,} {outcome.name}" for outcome in line.outcomes)
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
    return table


def show(refs: Sequence[StageRef], console: Console) -> None:
    """Print the summary of the stages that a run went through."""
    console.print(_stages(refs))
    by_stage = {ref.stage: ref for ref in refs}
    if Stage.TRAIN in by_stage:
        console.print(_accuracy(by_stage[Stage.TRAIN]))
    for stage, what in ((Stage.SHARD, "shards"), (Stage.TRAIN, "checkpoint"), (Stage.REPORT, "report")):
        if stage in by_stage:
            files = [f for part in read_manifest(by_stage[stage].uri).parts for f in part.files if f.kind == what]
            for file in files:
                console.print(f"{what}: {by_stage[stage].uri}/{file.name}", soft_wrap=True, highlight=False)
    if all(ref.reused for ref in refs):
        console.print("no stage was executed: everything was whole already")
