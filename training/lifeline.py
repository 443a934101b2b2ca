"""How a process that others have started ends: at once when its work is done, and with its starter, however that went.

The latter is the kernel's to do: neither a signal handler nor a block that is left could do it for a starter that was
itself killed by SIGKILL.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from typing import NoReturn

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


def end_at_once() -> NoReturn:
    """End this process, whose work is done, with what it has said: exit code 0.

    Threads of torch's may still run, which at times abort a process that takes itself apart around them; its work
    would then count as failed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
