"""What a run in a terminal shows: how far it is, and what it came to."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from training.fit import Fitted
from training.loop import OnStep
from training.metrics import Metrics


def _said(metrics: Metrics) -> str:
    accuracy = f", {100 * metrics['val_accuracy']:.1f}% on validation" if "val_accuracy" in metrics else ""
    return f"loss {metrics['loss']:.3g}{accuracy}"


def _plain(console: Console) -> OnStep:
    def tell(step: int, total: int, metrics: Metrics) -> None:
        console.print(f"step {step} of {total}: {_said(metrics)}", markup=False, highlight=False)

    return tell


@contextmanager
def watched(console: Console) -> Iterator[OnStep]:
    """Who hears of the steps: a bar on a terminal, elsewhere a line for each that is logged."""
    if not console.is_terminal:
        yield _plain(console)
        return
    newest: dict[str, float] = {}  # the accuracy of the last look stays in sight between two of them
    columns = (
        TextColumn("step"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("step", total=None, said="")

        def move(step: int, total: int, metrics: Metrics) -> None:
            if bar.finished:  # the arm retrained is two runs, one after the other
                newest.clear()
                bar.reset(task)
            newest.update(metrics)
            bar.update(task, completed=step, total=total, said=_said(newest))

        yield move


def show(fitted: Fitted, console: Console) -> None:
    """Print test accuracy by group, and where the weights and the metrics lie."""
    table = Table("group", "classes", "test, %", title=f"{fitted.arm}, as of its best step on validation")
    for row in fitted.test:
        table.add_row(row.group, str(row.classes), f"{100 * row.accuracy:.1f}")
    console.print(table)
    best = {row.group: row.accuracy for row in fitted.val}["all"]
    for line in (
        f"best step: {fitted.best_step}, {100 * best:.1f}% on validation",
        f"weights: {fitted.checkpoint}",
        f"metrics: {fitted.metrics}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
