"""What people see in a terminal while pictures are fetched: one line at its foot, or log lines in a file."""

import io
import logging
import os
import threading
import time
from collections.abc import Iterator

import pytest

from flows.live import ERASE, LiveHandler, fitting, live
from storage.records import Crawled, FetchReason
from tasks.progress import Progress, followed, logged


def _rows(kept: int, rejected: int) -> list[Crawled]:
    candidate = ("http://a/1", "aster", "aster", 0, "openverse", "", "", "by", "", "")
    return [Crawled(*candidate, "digest", None, "", 1000, 9, 9)] * kept + [
        Crawled(*candidate, None, FetchReason.ROBOTS, "", 0, 0, 0)
    ] * rejected


@pytest.fixture
def terminal() -> Iterator[tuple[LiveHandler, list[str]]]:
    """A handler that writes to a terminal, and what the terminal has received."""
    ours, theirs = os.openpty()
    received: list[str] = []

    def read() -> None:
        while chunk := os.read(ours, 65536):
            received.append(chunk.decode())
            if chunk.endswith(b"\0"):
                return

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(theirs, "w") as stream:
        yield LiveHandler(stream), received
        stream.write("\0")
        stream.flush()
        reader.join(10)
    os.close(ours)


def _screen(received: list[str]) -> list[str]:
    """The lines that stand on the terminal: what was erased is gone."""
    return [row.rpartition(ERASE)[2].strip("\r\0") for row in "".join(received).split("\n")]


def _wait_for(text: str, received: list[str]) -> None:
    end = time.monotonic() + 10
    while text not in "".join(received):
        assert time.monotonic() < end, f"{text!r} never came: {received}"
        time.sleep(0.02)


@pytest.fixture
def log(terminal: tuple[LiveHandler, list[str]]) -> Iterator[logging.Logger]:
    """Our tasks' logger, which the terminal shows."""
    ours = logging.getLogger("tasks")
    ours.addHandler(terminal[0])
    yield ours
    ours.removeHandler(terminal[0])


def test_one_line_for_all_partitions_below_whole_log_lines(
    terminal: tuple[LiveHandler, list[str]], log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sum is rewritten in place; log lines of other threads stand whole above it; at the end it is gone."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("flows.live.EVERY_SECONDS", 0.01)
    handler, received = terminal
    one, two = Progress("one", 100), Progress("two", 50)
    with live(handler), followed(one, "crawl"), followed(two, "crawl"), logged(one, seconds=0.01):
        for number in range(50):
            one.tell(_rows(kept=1, rejected=1))
            two.tell(_rows(kept=1, rejected=0))
            log.info("log line %d", number)
            time.sleep(0.002)
        _wait_for("crawl  150/150", received)
    log.info("the end")
    _wait_for("the end\r\n", received)
    assert _screen(received) == [*(f"log line {number}" for number in range(50)), "the end", ""]


def test_a_line_that_is_left_stays_and_is_not_written_again(
    terminal: tuple[LiveHandler, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After Ctrl-C nothing is written over what says that it was one."""
    handler, received = terminal
    handler.show("crawl  1/2")
    handler.freeze()
    handler.show("crawl  2/2")
    handler.emit(logging.makeLogRecord({"msg": "^C"}))
    _wait_for("^C", received)
    assert _screen(received)[0] == "crawl  1/2^C"


def test_in_a_file_there_are_log_lines_and_nothing_else() -> None:
    """No escape sequences, and the partition's own lines, some seconds apart."""
    text = io.StringIO()
    handler, ours = LiveHandler(text), logging.getLogger("tasks")
    ours.addHandler(handler)
    progress = Progress("crawl one", 2)
    with live(handler), logged(progress, seconds=0.05):
        progress.tell(_rows(kept=1, rejected=0))
        time.sleep(0.3)
    ours.removeHandler(handler)
    lines = text.getvalue().splitlines()
    assert 1 <= len(lines) <= 6
    assert all(each.startswith("crawl one  1/2  1 kept, 0 rejected") for each in lines)
    assert "\x1b" not in text.getvalue()


def test_a_narrow_terminal_loses_reasons_before_anything_else() -> None:
    """A line that is wider than the terminal could not be rewritten."""
    progress = Progress("crawl", 20)
    progress.tell(_rows(kept=5, rejected=9))
    sums = {"crawl": progress.snapshot()}
    full = fitting(sums, 200)
    assert "(9 robots)" in full
    narrow = fitting(sums, len(full))
    assert "(9 robots)" not in narrow
    assert "ETA" in narrow
    assert all(len(fitting(sums, width)) < width for width in range(1, 200))
