"""The program that decodes what anybody may have sent, in a process that can be killed.

`vision.decoders` starts it as `python -m vision.decoder FD TASK`. Over the socket FD it gets a
picture's bytes a message and gives back a verdict, and the resized picture where one is wanted.
It opens no file, and its memory and time are bounded by the kernel. What it says is read as
JSON, never unpickled, so that a decoder taken over by a picture has no way out.
"""

import io
import os
import resource
import sys
from multiprocessing.connection import Connection

from PIL import AvifImagePlugin, Image
from pydantic import Field

from storage.section import Section
from vision.decode import Fault, Header, Undecodable, decode, header
from vision.resize import ResizeConfig, fit

READY = b"ready"


class Task(Section):
    """What is made of each picture, and what a decoder may take for it."""

    max_pixels: int = Field(ge=1)
    min_side: int = Field(1, ge=1)
    keep: ResizeConfig | None = None
    memory_mb: int = Field(1536, ge=256)
    seconds: float = Field(10, gt=0)


class Verdict(Section):
    """What the header says, where there is one, and why there is no picture, where there is none.

    `resized` is the header of the resized picture.
    """

    header: Header | None = None
    fault: Fault | None = None
    resized: Header | None = None


def _confine(task: Task) -> None:
    """No more memory than the task allows beyond what the program itself takes, no files, no core dumps."""
    Image.init()  # later no plugin could be read from disk
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each would reserve a stack
    with open("/proc/self/statm") as file:
        own = int(file.read().split()[0]) * resource.getpagesize()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders in C complain there
    limit = own + (task.memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))


def _allow_time(seconds: float) -> None:
    """Let the kernel end this process if it takes so much more of a CPU; the parent cannot, once it is dead."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _resized(picture: Image.Image, keep: ResizeConfig) -> tuple[Header, bytes]:
    small, sink = fit(picture, keep), io.BytesIO()
    small.save(sink, "JPEG", quality=keep.quality)
    return Header(small.width, small.height, "JPEG"), sink.getvalue()


def _judge(data: bytes, task: Task) -> tuple[Verdict, bytes]:
    found = None
    try:
        found = header(data)
        # An eighth of the size is enough to see that all of a JPEG is there.
        picture = decode(data, task.max_pixels, task.min_side, task.keep.image_size if task.keep else 1)
        small = _resized(picture, task.keep) if task.keep else (None, b"")
    except Undecodable as error:
        return Verdict(header=found, fault=error.reason), b""
    except MemoryError:
        return Verdict(header=found, fault=Fault.TOO_COSTLY), b""
    return Verdict(header=found, resized=small[0]), small[1]


def main() -> None:
    """Judge pictures until the other end closes."""
    channel, task = Connection(int(sys.argv[1])), Task.model_validate_json(sys.argv[2])
    _confine(task)
    channel.send_bytes(READY)
    while True:
        try:
            data = channel.recv_bytes()
        except EOFError:
            return
        _allow_time(task.seconds)
        verdict, picture = _judge(data, task)
        channel.send_bytes(verdict.model_dump_json().encode())
        channel.send_bytes(picture)


if __name__ == "__main__":
    main()
