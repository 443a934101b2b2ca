"""Progress of partitions: told by what works, shown by whoever watches."""

from tasks.progress.beside import beside
from tasks.progress.board import BOARD
from tasks.progress.followed import followed
from tasks.progress.lines import logged
from tasks.progress.log import counted
from tasks.progress.snapshot import Snapshot, line
from tasks.progress.told import Progress
from tasks.progress.watching import Moment, Watched, watch, watched

__all__ = [
    "BOARD", "Moment", "Progress", "Snapshot", "Watched", "beside", "counted", "followed", "line", "logged", "watch",
    "watched",
]  # fmt: skip
