"""What a run came to: every stage's counts and reasons, the accuracy, the cost, and where things lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from rich.console import Console
from rich.table import Table

from flows.showing.spent import spent
from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, Split, Stage, StageRef
from tasks.report.gather import step
from tasks.report.page import GROUPS
from tasks.report.training import gain

KEY, BECAME = "key", "what became of them"
"""Columns that only some have room for: a terminal shows no keys, the Prefect UI has a table of each stage beside."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts; `foot` is a last row that sums it up, or is empty."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()

    def without(self, column: str) -> "Grid":
        """The same without the column of this name, if it has one."""
        kept = [place for place, name in enumerate(self.columns) if name != column]
        cut = [tuple(row[place] for place in kept) for row in (self.columns, *self.rows)]
        return replace(self, columns=cut[0], rows=tuple(cut[1:]))


def _stage(ref: StageRef) -> tuple[str, ...]:
    line = step(ref)
    became = ", ".join(f"{outcome.count:,} {outcome.name.replace('_', ' ')}" for outcome in line.outcomes)
    taken = "" if line.taken is None else f"{line.taken:,}"
    run = "cached" if ref.reused else "executed"
    return line.stage, taken, f"{line.handed:,}", became, f"{line.seconds:.1f}", run, ref.key


def _accuracy(train: StageRef) -> Grid:
    """Settings are compared on validation; test is what a finished choice is worth."""
    rows = read_rows(train, Accuracy)
    held = {(row.arm, row.split, row.group): f"{100 * row.accuracy:.1f}" for row in rows}
    shown = [(Split.VAL, "all"), *((Split.TEST, group) for group in GROUPS)]
    arms = tuple(
        (arm, *(held.get((arm, split, group), "-") for split, group in shown))
        for arm in dict.fromkeys(row.arm for row in rows)
    )
    foot: tuple[str, ...] = ()
    if gained := gain(rows, Split.TEST):
        changes = ["-" if change is None else f"{100 * change:+.1f}" for change in gained.changes]
        foot = (f"gain of {gained.arm}", "", *changes)
    title = "accuracy, %: all of validation, then test by group"
    return Grid(title, ("arm", "validation", *GROUPS), arms, foot)


def grids(refs: Sequence[StageRef]) -> list[Grid]:
    """The stages that a run went through, and the accuracy where it has trained."""
    columns = ("stage", "in", "out", BECAME, "seconds", "run", KEY)
    stages = Grid("", columns, tuple(_stage(ref) for ref in refs))
    return [stages, *(_accuracy(ref) for ref in refs if ref.stage is Stage.TRAIN)]


def _places(ref: StageRef) -> Iterator[tuple[str, str]]:
    """Where what a stage made lies: a folder of many files, or the page of a site that is opened."""
    files = [file for part in read_manifest(ref.uri).parts for file in part.files]
    if what := {Stage.SHARD: "shard", Stage.TRAIN: "checkpoint"}.get(ref.stage):
        yield f"{sum(file.kind == what for file in files)} {what}s", ref.uri
    for file in files:
        if file.kind == "report":
            yield f"{PurePosixPath(file.name).parent.name} report", f"{ref.uri}/{file.name}"


def places(refs: Sequence[StageRef]) -> list[tuple[str, str]]:
    """What lies where: shards, checkpoints and pages."""
    return [place for ref in refs for place in _places(ref)]


def costs(refs: Sequence[StageRef]) -> list[str]:
    """What was paid for answers; those that were stored before the names were made are told apart."""
    told = []
    for ref in refs:
        for stored, how in ((False, "asked for names"), (True, "stored answers, paid for before")):
            if cost := spent(ref, stored=stored):
                told.append(f"{how}: {cost.tokens:,} tokens" + (f", {cost.money:,.2f} in money" if cost.money else ""))
    return told


def nothing_executed(refs: Sequence[StageRef]) -> str:
    """What is said of a run that found all of it whole; nothing of another."""
    return "no stage was executed: everything was whole already" if all(ref.reused for ref in refs) else ""


def _drawn(grid: Grid) -> Table:
    table = Table(*grid.columns, title=grid.title or None)
    table.columns[0].no_wrap = True
    for row in grid.rows:
        table.add_row(*row)
    if grid.foot:
        table.add_section()
        table.add_row(*grid.foot, style="bold")
    return table


def show(refs: Sequence[StageRef], note: str, console: Console) -> None:
    """Print what the recipe says of its run, and the summary of the stages that it went through."""
    if note:
        console.print(note, markup=False, highlight=False)
    for grid in grids(refs):
        console.print(_drawn(grid.without(KEY)))
    lines = [*costs(refs), *(f"{what}: {uri}" for what, uri in places(refs)), nothing_executed(refs)]
    for line in filter(None, lines):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
