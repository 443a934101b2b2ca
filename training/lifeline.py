"""A process that ends when its starter is gone, however that went: the kernel kills it.

Neither a signal handler nor a block that is left could do that for a starter that was itself killed by SIGKILL.
"""

import ctypes
import os
import signal
from collections.abc import Mapping

STARTER = "TRAINING_STARTER"
"""The variable in which a process is told the id of its starter."""

_PR_SET_PDEATHSIG = 1  # of Linux's prctl
LEFT_ALONE = 1
"""The exit code of a process whose starter was gone before it could ask for this."""


def as_starter() -> Mapping[str, str]:
    """What a process that this one starts must find in its environment, to end with it."""
    return {STARTER: str(os.getpid())}


def end_with_starter() -> None:
    """End this process by SIGKILL as soon as the thread that has started it ends; its own processes can do likewise."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != os.environ[STARTER]:  # gone already: the kernel has no one to wait for
        os._exit(LEFT_ALONE)
    os.environ.update(as_starter())
