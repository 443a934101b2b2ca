"""Decoding in processes of their own, which may die or hang without harm to who asks."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vision.decode import Fault
from vision.verdict import MESSAGE, READY, Task, Verdict, read_verdict, to_text

_PROJECT = Path(__file__).parent.parent
_STARTING = 60.0
_BUSY = 6  # times the seconds of a processor that a picture may take, on a busy machine
_SPENT = -signal.SIGPROF
"""How a decoder ends whose time is over."""

_INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG")
"""What a decoder sees of the environment: nothing secret."""


_TUNING = {
    "OPENBLAS_NUM_THREADS": "1",
    "PILLOW_BLOCKS_MAX": "16",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}
"""One thread, and memory that is used again for the next picture: fresh pages cost more than filling them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one picture: its verdict, and the resized bytes where they are wanted."""

    verdict: Verdict
    resized: bytes = b""


class _Decoder:
    """One process; pictures go to it and come back through memory that both see, words through a socket."""

    def __init__(self, task: Task) -> None:
        self.usable = True
        self._seconds = task.seconds
        self._memory = os.memfd_create("picture")
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        command = [sys.executable, "-m", "vision.decoder", str(theirs.fileno()), str(self._memory), to_text(task)]
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                command, cwd=_PROJECT, env={**environment, **_TUNING}, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=self._said, pass_fds=[theirs.fileno(), self._memory],
            )  # fmt: skip

    async def _hear(self, seconds: float) -> bytes | None:
        """The next message; empty where the process has ended, None where it takes too long."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().sock_recv(self._socket, MESSAGE)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""

    async def started(self) -> None:
        """Return when pictures may come; RuntimeError, with what the process said, where it cannot start."""
        if await self._hear(_STARTING) == READY:
            return
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip()
        raise RuntimeError(f"a decoder did not start: {said or 'it says nothing'}")

    async def judge(self, data: bytes) -> Judged:
        """What becomes of a picture; where it is the end of this process, `usable` is False afterwards."""
        os.pwrite(self._memory, data, 0)
        try:
            self._socket.send(str(len(data)).encode())
            heard = await self._hear(_BUSY * self._seconds)
        except ConnectionError:
            heard = b""
        if heard and (verdict := read_verdict(heard)):
            self.usable = verdict.fault is not Fault.TOO_COSTLY  # what it could not have may be what it still holds
            size = max(0, min(verdict.size, os.fstat(self._memory).st_size))
            return Judged(verdict, os.pread(self._memory, size, 0))
        self.usable = False
        if heard is None or (not heard and self._process.wait() == _SPENT):
            return Judged(Verdict(fault=Fault.TOO_COSTLY))
        return Judged(Verdict(fault=Fault.DECODER_DIED))

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        self._said.close()
        os.close(self._memory)


class Decoders:
    """A few decoders, started as they are needed; as a context, it ends them.

    A picture that kills its decoder is given to a fresh one once more, since the machine may
    have killed the first for its own reasons.
    """

    def __init__(self, count: int, task: Task) -> None:
        self._task = task
        self._idle: list[_Decoder] = []
        self._free = asyncio.Semaphore(count)

    async def __aenter__(self) -> "Decoders":
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _take(self) -> _Decoder:
        if self._idle:
            return self._idle.pop()
        decoder = _Decoder(self._task)
        with ExitStack() as unless_started:
            unless_started.callback(decoder.close)
            await decoder.started()
            unless_started.pop_all()
        return decoder

    async def _judge_once(self, data: bytes) -> Judged:
        decoder = await self._take()
        with ExitStack() as unless_usable:
            unless_usable.callback(decoder.close)
            judged = await decoder.judge(data)
            if decoder.usable:
                unless_usable.pop_all()
                self._idle.append(decoder)
        return judged

    async def judge(self, data: bytes) -> Judged:
        """What becomes of a picture, as soon as a decoder is free."""
        async with self._free:
            judged = await self._judge_once(data)
            return await self._judge_once(data) if judged.verdict.fault is Fault.DECODER_DIED else judged
