"""A command that runs while the sandbox answers, and ends with it."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Sequence

from sandbox.errors import BadCommand

PATIENCE = {signal.SIGINT: 15.0, signal.SIGTERM: 5.0, signal.SIGKILL: 5.0}
"""Seconds that the command's processes get to end after each signal, the gentlest first."""

LINGER = 2.0
"""Seconds that processes get which outlive the command, after each signal."""

Signals = asyncio.Queue[int]
"""The numbers of the signals that the sandbox was sent."""


def _signal(group: int, number: int) -> bool:
    """Signal every process of the group; False where none is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


async def _gone(process: Process, seconds: float, hurry: Signals) -> bool:
    """Whether the command's group ends in so many seconds; a further signal cuts them short.

    Once the command itself has ended, what is left of the group gets LINGER and no more.
    """
    clock, lingering = asyncio.get_running_loop().time, False
    end = clock() + seconds
    while clock() < end and hurry.empty():
        if process.returncode is not None:
            if not _signal(process.pid, 0):
                return True
            end, lingering = end if lingering else min(end, clock() + LINGER), True
        await asyncio.sleep(0.05)
    return False


async def _end(process: Process, hurry: Signals) -> None:
    for number, seconds in PATIENCE.items():
        if process.returncode is not None and number is signal.SIGINT:
            continue  # a shell's background processes ignore it
        while not hurry.empty():
            hurry.get_nowait()
        if not _signal(process.pid, number) or await _gone(process, seconds, hurry):
            return


async def _start(command: Sequence[str]) -> Process:
    try:
        return await asyncio.create_subprocess_exec(*command, start_new_session=True)
    except (FileNotFoundError, PermissionError) as error:
        raise BadCommand(f"cannot run {command[0]!r}: {error.strerror}; check what stands behind `--`") from error


async def accompany(command: Sequence[str], signals: Signals) -> int:
    """Run a command until it ends or a signal comes; its exit code as a shell would tell it, or the signal's.

    The command gets a process group of its own, so that a terminal's Ctrl-C comes to it once,
    from here, and nothing of that group outlives this call.
    """
    process = await _start(command)
    ended, signaled = asyncio.create_task(process.wait()), asyncio.create_task(signals.get())
    await asyncio.wait({ended, signaled}, return_when=asyncio.FIRST_COMPLETED)
    signaled.cancel()
    number = signaled.result() if signaled.done() and not ended.done() else None
    await _end(process, signals)
    code = await ended
    if number is not None:
        return 128 + number
    return code if code >= 0 else 128 - code
