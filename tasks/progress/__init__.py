"""Progress of partitions: told by what works, shown by whoever watches."""

from tasks.progress.beside import beside
from tasks.progress.board import BOARD
from tasks.progress.lines import logged
from tasks.progress.log import counted
from tasks.progress.snapshot import Snapshot, line
from tasks.progress.told import Progress

__all__ = ["BOARD", "Progress", "Snapshot", "beside", "counted", "line", "logged"]
