"""Decoding in processes of their own, which may die or hang without harm to who asks."""

import asyncio
import os
import queue
import socket
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from vision.decode import Fault
from vision.decoder import READY, Task, Verdict

_PROJECT = Path(__file__).parent.parent
_STARTING = 60.0
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG")
"""What a decoder sees of the environment: nothing secret."""

_GONE = (EOFError, OSError)
"""What talking to a dead process raises."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one picture: its verdict, and the resized bytes where they are wanted."""

    verdict: Verdict
    resized: bytes = b""


class _Decoder:
    """One process, and the way to it."""

    def __init__(self, task: Task) -> None:
        self.usable = True
        self._seconds = task.seconds
        ours, theirs = socket.socketpair()
        # A process that does not read must not hold up who writes to it.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(task.seconds) + 1, 0))
        command = [sys.executable, "-m", "vision.decoder", str(theirs.fileno()), task.model_dump_json()]
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                command, cwd=_PROJECT, env={**environment, "OPENBLAS_NUM_THREADS": "1"}, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=said, pass_fds=[theirs.fileno()],
            )  # fmt: skip
            self._channel = Connection(ours.detach())
            theirs.close()
            self._await_ready(said)

    def _await_ready(self, said: IO[bytes]) -> None:
        with suppress(*_GONE):
            if self._channel.poll(_STARTING) and self._channel.recv_bytes() == READY:
                return
        self.close()
        said.seek(0)
        raise RuntimeError(f"a decoder did not start: {said.read().decode(errors='replace').strip() or 'it is silent'}")

    def judge(self, data: bytes) -> Judged:
        """What becomes of a picture; where it is the end of this process, `usable` is False afterwards."""
        try:
            self._channel.send_bytes(data)
            if self._channel.poll(self._seconds):
                verdict = Verdict.model_validate_json(self._channel.recv_bytes())
                return Judged(verdict, self._channel.recv_bytes())
        except _GONE:
            self.usable = False
            return Judged(Verdict(fault=Fault.DECODER_DIED))
        self.usable = False
        return Judged(Verdict(fault=Fault.TOO_COSTLY))

    def close(self) -> None:
        """End the process, whatever it does."""
        self._channel.close()
        self._process.kill()
        self._process.wait()


class Decoders:
    """A few decoders, started as they are needed; as a context, it ends them.

    A picture that kills its decoder is given to a fresh one once more, since the machine may
    have killed the first for its own reasons.
    """

    def __init__(self, count: int, task: Task) -> None:
        self._task = task
        self._idle: queue.LifoQueue[_Decoder] = queue.LifoQueue()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="decoder")

    def __enter__(self) -> "Decoders":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()

    def _take(self) -> _Decoder:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return _Decoder(self._task)

    def _judge_once(self, data: bytes) -> Judged:
        decoder = self._take()
        judged = decoder.judge(data)
        if decoder.usable:
            self._idle.put(decoder)
        else:
            decoder.close()
        return judged

    def judge(self, data: bytes) -> Judged:
        """What becomes of a picture; blocks, for at most twice the seconds of the task."""
        judged = self._judge_once(data)
        return self._judge_once(data) if judged.verdict.fault is Fault.DECODER_DIED else judged

    async def judge_soon(self, data: bytes) -> Judged:
        """The same without blocking the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.judge, data)
