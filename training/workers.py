"""Processes that work ahead for one that trains: started when they are first needed, and never left behind."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

import torch.multiprocessing  # teaches processes to hand tensors over in memory that both see

from storage.errors import BadInput

Item = TypeVar("Item")
Made = TypeVar("Made")


PRELOADED = ["torch", "training.pictures"]
"""What the process that all workers are forked from imports once, for all to share.

A worker still imports the main program of the process that trains, as multiprocessing does; Prefect's takes seconds.
"""


def _end_with_parent() -> None:
    """Wait for the end of the process that trains, however it comes; it can be killed without a word."""
    if parent := parent_process():
        wait([parent.sentinel])
    os._exit(1)


def _begin() -> None:
    """One core for each; Ctrl-C, which a terminal sends to all, is the training process's to answer."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


@contextmanager
def _alive(count: int) -> Iterator[None]:
    """Raise BadInput where one of so many processes has been killed."""
    try:
        yield
    except BrokenProcessPool as error:
        raise BadInput(
            f"one of the {count} processes that read pictures was killed, as happens where memory or /dev/shm is short",
            "lower train.workers, or give a container more of it (docker run --shm-size), and start again: "
            "the run goes on from its last checkpoint",
        ) from error


class Workers:
    """So many processes, at least one; what they raise is raised where a result is asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[[Item], Made], item: Item) -> Future[Made]:
        """Let one of them work on an item."""
        if self._pool is None:
            # Forked from here they would inherit the threads and exit handlers of whatever runs the training.
            context = get_context("forkserver")
            context.set_forkserver_preload(PRELOADED)
            self._pool = ProcessPoolExecutor(self.count, context, _begin)
        with _alive(self.count):
            return self._pool.submit(work, item)

    def results(self, futures: Iterable[Future[Made]]) -> list[Made]:
        """What came of items, in their order; raises BadInput where a process was killed."""
        with _alive(self.count):
            return [future.result() for future in futures]

    def close(self) -> None:
        """End the processes, after the items that they have begun."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
