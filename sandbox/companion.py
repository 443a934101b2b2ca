"""A command that runs while the sandbox answers, and ends with it."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Sequence

PATIENCE = {signal.SIGINT: 15.0, signal.SIGTERM: 5.0, signal.SIGKILL: 5.0}
"""Seconds that the command's processes get to end after each signal, the gentlest first."""


def _signal(group: int, number: int) -> bool:
    """Signal every process of the group; False where none is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


async def _gone(process: Process, seconds: float) -> bool:
    """Whether the command and all that it started ended within so many seconds."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if process.returncode is not None and not _signal(process.pid, 0):
            return True
        await asyncio.sleep(0.05)
    return False


async def _end(process: Process) -> None:
    for number, seconds in PATIENCE.items():
        if not _signal(process.pid, number) or await _gone(process, seconds):
            return


async def accompany(command: Sequence[str], stop: asyncio.Event) -> int:
    """Run a command until it ends or `stop` is set; its exit code, as a shell would tell it.

    The command gets a process group of its own, so that a terminal's Ctrl-C comes to it once,
    from here, and nothing that it started outlives it.
    """
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
    ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    interrupted = not ended.done()
    await _end(process)
    code = await ended
    return 128 + signal.SIGINT if interrupted else code if code >= 0 else 128 - code
