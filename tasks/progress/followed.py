"""A partition that fetches as people watch it: on the terminal's board, in the log, by whoever shows its partition."""

from collections.abc import Iterator
from contextlib import contextmanager

from tasks.progress.board import BOARD
from tasks.progress.lines import logged
from tasks.progress.snapshot import line
from tasks.progress.told import Progress
from tasks.progress.watching import Moment, watch


@contextmanager
def followed(progress: Progress, stage: str) -> Iterator[None]:
    """Show how far fetching has come while the block runs; the last of it stays to be seen."""

    def now() -> Moment:
        snapshot = progress.snapshot()
        return Moment(snapshot.percent, line(progress.title, snapshot))

    watch(now)
    with BOARD.listed(stage, progress), logged(progress):
        yield
