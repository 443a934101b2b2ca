"""Processes that a test has started: whether they have come to an end."""

import os
import time

PATIENCE = 10.0
"""Seconds that an end may take."""


def have_ended(pid: int, *, group: bool = False) -> bool:
    """Whether the process, or every one of its group, ends within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            (os.killpg if group else os.kill)(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
