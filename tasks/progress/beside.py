"""Work beside a block: what shows progress must neither hold up nor fail what it shows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

PATIENCE = 10.0
"""Seconds that the work may take to end, in a server's slow hour; then it is left behind."""


@contextmanager
def beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` in a thread, in the caller's context, until soon after the event that it is given is set."""
    over = threading.Event()
    thread = threading.Thread(target=copy_context().run, args=(work, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE)
