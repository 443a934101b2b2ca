"""Decoding in other processes: whatever comes in, a verdict comes out, and nothing else happens."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.vision.scenes import encoded, scene
from vision.decode import Fault, Header, decode
from vision.decoders import Decoders, Judged
from vision.resize import Size, resize
from vision.verdict import Task

MEMORY_MB = 256
TASK = Task(max_pixels=4_000_000, memory_mb=MEMORY_MB)
SCENE = scene(0, 60, 40)
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
WHOLE = {kind: encoded(SCENE, kind) for kind in KINDS}


class Bench:
    """Decoders and the loop that they live in."""

    def __init__(self, task: Task) -> None:
        self._runner = asyncio.Runner()
        self._decoders = Decoders(1, task)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._decoders.__aexit__())
        self._runner.close()

    def judge(self, data: bytes) -> Judged:
        """What becomes of a picture."""
        return self._runner.run(self._decoders.judge(data))


@pytest.fixture(scope="module")
def decoders() -> Iterator[Bench]:
    """One decoder, with little memory."""
    with Bench(TASK) as one:
        yield one


def _children() -> set[int]:
    """The decoders that this process has started and not ended."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = int(status.read_text().split("PPid:")[1].split()[0])
            command = (status.parent / "cmdline").read_text()
        except FileNotFoundError:
            continue
        if parent == os.getpid() and "vision.decoder" in command:
            found.add(int(status.parent.name))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_picture_has_a_header_and_no_fault(decoders: Bench, kind: str) -> None:
    """Of every format that the web has."""
    verdict = decoders.judge(WHOLE[kind]).verdict
    assert (verdict.header, verdict.fault) == (Header(60, 40, kind), None)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NOT_A_PICTURE),
        (b"<html>", Fault.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", Fault.NOT_A_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n", Fault.NOT_A_PICTURE),
        (b"push graphic-context\nimage over 0,0 0,0 '/etc/passwd'\n", Fault.NOT_A_PICTURE),
        (WHOLE["JPEG"][:-400], Fault.TRUNCATED),
        (encoded(Image.new("L", (3000, 3000)), "PNG"), Fault.TOO_MANY_PIXELS),
    ],
    ids=["empty", "html", "svg", "eps", "mvg", "cut", "bomb"],
)
def test_every_fault_comes_back_as_it_is(decoders: Bench, data: bytes, fault: Fault) -> None:
    """What fails here would fail there, with the same reason, and the decoder lives on."""
    before = _children()
    assert decoders.judge(data).verdict.fault is fault
    assert _children() == before


def test_a_picture_can_come_back_resized() -> None:
    """As the same function gives it in this process."""
    big, config = encoded(scene(1, 600, 400)), Size("keep_ratio", 64, 80)
    with Bench(replace(TASK, keep=config)) as decoders:
        judged = decoders.judge(big)
    assert judged.resized == resize(big, config)[0]
    assert (judged.verdict.header, judged.verdict.resized) == (Header(600, 400, "JPEG"), Header(96, 64, "JPEG"))


def test_too_much_memory_is_a_fault_and_not_an_end() -> None:
    """The kernel refuses it, and the next picture is decoded by the same process."""
    hungry = encoded(Image.new("RGBA", (9000, 9000)), "PNG")
    with Bench(Task(max_pixels=10**9, memory_mb=MEMORY_MB)) as decoders:
        assert decoders.judge(hungry).verdict.fault is Fault.TOO_COSTLY
        assert decoders.judge(WHOLE["JPEG"]).verdict.fault is None


def test_too_much_time_is_a_fault_and_ends_the_process() -> None:
    """The next picture has a new one, and none is left behind."""
    slow = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (4000, 4000, 3), np.uint8)), "PNG")
    before = _children()
    with Bench(Task(max_pixels=10**9, seconds=0.02)) as decoders:
        assert decoders.judge(slow).verdict.fault is Fault.TOO_COSTLY
        assert _children() == before
    with Bench(TASK) as decoders:
        assert decoders.judge(WHOLE["JPEG"]).verdict.fault is None
    assert _children() == before


def test_a_decoder_that_something_else_killed_costs_no_picture() -> None:
    """The picture is given to a fresh one."""
    before = _children()
    with Bench(TASK) as decoders:
        decoders.judge(WHOLE["JPEG"])
        [pid] = _children() - before
        os.kill(pid, signal.SIGKILL)
        assert decoders.judge(WHOLE["PNG"]).verdict.fault is None
    assert _children() == before


def test_a_decoder_ends_with_who_started_it(tmp_path: Path) -> None:
    """Nothing is left of it when its parent is killed."""
    note = tmp_path / "pid"
    if (child := os.fork()) == 0:
        decoders = Bench(TASK)
        decoders.judge(WHOLE["JPEG"])
        note.write_text(str(_children().pop()))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    end = time.monotonic() + 60
    while (
        Path(f"/proc/{note.read_text()}").exists()
        and "zombie" not in Path(f"/proc/{note.read_text()}/status").read_text()
    ):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_decoder_can_open_nothing(decoders: Bench) -> None:
    """No file, and no core dump either."""
    decoders.judge(WHOLE["JPEG"])
    for pid in _children():
        limits = [resource.prlimit(pid, kind)[1] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]
        assert limits == [0, 0]


MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["TIFF", "PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP"])
def test_a_confined_decoder_judges_as_an_open_one(decoders: Bench, mode: str, kind: str) -> None:
    """In no mode of no format does it need a file that it cannot open any more."""
    picture = Image.fromarray(np.arange(2400, dtype=np.uint16).reshape(40, 60)) if mode == "I;16" else SCENE
    try:
        data = encoded(
            picture if mode == "I;16" else picture.convert("L" if mode in "IF" else "RGB").convert(mode), kind
        )
    except (OSError, ValueError) as error:
        pytest.skip(f"{kind} holds no {mode}: {error}")
    assert decode(data, TASK.max_pixels).size == (60, 40)
    assert decoders.judge(data).verdict.fault is None


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A real file with bytes changed, cut out, doubled, or another's in their place."""
    data = bytearray(WHOLE[draw(st.sampled_from(KINDS))])
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.integers(1, 64))
        other = WHOLE[draw(st.sampled_from(KINDS))]
        match draw(st.sampled_from(["change", "cut", "double", "splice", "end", "extreme"])):
            case "change":
                data[place : place + size] = draw(st.binary(min_size=size, max_size=size))
            case "cut":
                del data[place : place + size]
            case "double":
                data[place:place] = data[place : place + size]
            case "splice":
                data[place : place + size] = other[place : place + size]
            case "end":
                del data[place:]
            case "extreme":
                data[place : place + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"]))
    return bytes(data)


@given(_mutated())
@settings(max_examples=400, deadline=None)
def test_no_file_harms(decoders: Bench, data: bytes) -> None:
    """Mutated files give a picture or a reason within the time and the memory; the decoder outlives them all."""
    decoders.judge(WHOLE["JPEG"])
    before = _children()
    verdict = decoders.judge(data).verdict
    assert verdict.header or verdict.fault
    assert verdict.fault not in (Fault.DECODER_DIED, Fault.TOO_COSTLY)
    assert _children() == before
