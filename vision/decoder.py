"""The program that decodes what anybody may have sent, in a process that can be killed.

`vision.decoders` starts it as `python -m vision.decoder SOCKET MEMORY TASK`. A message over the
socket says how many bytes of a picture lie in the memory that both see; the answer is a verdict, and
the resized picture lies there where one is wanted. The kernel bounds its memory and its time, and lets
it open no file.
"""

import codecs
import os
import resource
import signal
import socket
import sys

from PIL import AvifImagePlugin, Image

from vision.decode import Fault, Header, Undecodable, decode_scaled, header
from vision.resize import one_thread, to_jpeg
from vision.verdict import MESSAGE, READY, Task, Verdict, read_task, to_text

_LARGEST = 1 << 30
"""Bytes that can be written to the memory."""

_ENCODINGS = ("ascii", "latin-1", "cp437", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32")


def _load() -> None:
    """What could not be read from disk later."""
    Image.init()
    for name in _ENCODINGS:
        codecs.lookup(name)
    one_thread()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each would reserve a stack


def _confine(task: Task) -> None:
    """No more memory than the task allows beyond what the program itself takes, no files, no core dumps."""
    with open("/proc/self/statm") as file:
        own = int(file.read().split()[0]) * resource.getpagesize()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders in C complain there
    bounds = {
        resource.RLIMIT_AS: own + (task.memory_mb << 20),
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: _LARGEST,
    }
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        lower = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (lower, lower))


def _header(data: bytes) -> Header | None:
    try:
        return header(data)
    except Undecodable:
        return None


def _judge(data: bytes, task: Task) -> tuple[Verdict, bytes]:
    try:
        # An eighth of the size is enough to see that all of a JPEG is there.
        scaled = decode_scaled(data, task.max_pixels, task.min_side, task.keep.side if task.keep else 1)
        if task.keep is None:
            return Verdict(scaled.header), b""
        small, jpeg = to_jpeg(scaled, task.keep)
    except Undecodable as error:
        return Verdict(_header(data), error.reason), b""
    except MemoryError:
        return Verdict(_header(data), Fault.TOO_COSTLY), b""
    return Verdict(scaled.header, None, Header(small.width, small.height, "JPEG"), len(jpeg)), jpeg


def main() -> None:
    """Judge pictures until the other end closes."""
    channel, memory, task = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), read_task(sys.argv[3])
    _load()
    _confine(task)
    channel.send(READY)
    while said := channel.recv(MESSAGE):
        signal.setitimer(signal.ITIMER_PROF, task.seconds)  # of a processor, however busy the machine is
        verdict, picture = _judge(os.pread(memory, int(said), 0), task)
        os.pwrite(memory, picture, 0)
        channel.send(to_text(verdict).encode())


if __name__ == "__main__":
    main()
