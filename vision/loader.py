"""Work done ahead by threads: results in the order of their items, and never many of them at once."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def cores() -> int:
    """The CPU cores that this process may run on, or fewer where OMP_NUM_THREADS says so, as Ray has it do."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(here, int(told)) if told.isdecimal() and int(told) else here


def in_order(work: Callable[[Item], Made], items: Iterable[Item], workers: int, ahead: int) -> Iterator[Made]:
    """What `work` makes of each item, in their order, up to `ahead` of them before they are asked for.

    Threads, not processes: decoding, resizing, hashing and reading all let go of the interpreter. What
    `work` or `items` raise is raised here, and nothing is worked on any more once this generator has ended.
    """
    waiting: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(workers, "loader")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
