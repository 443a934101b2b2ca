"""What people see while pictures are fetched: one line on a terminal, log lines in a file, an artifact in Prefect."""

import io
import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.live import ERASE, LiveHandler, fitting, live
from flows.stage import collect
from storage.manifest import StageFolder, open_stage
from storage.records import Crawled, FetchReason, Stage
from storage.section import Section
from tasks.partition import Outcome, partition
from tasks.progress import Progress, logged
from tasks.shown import shown

PART = "fetch-0-02-of-04"
KEY = "crawl-tiny-1-" + PART


def _rows(kept: int, rejected: int) -> list[Crawled]:
    candidate = ("http://a/1", "aster", "aster", 0, "openverse", "", "", "by", "", "")
    return [Crawled(*candidate, "digest", None, "", 1000, 9, 9)] * kept + [
        Crawled(*candidate, None, FetchReason.ROBOTS, "", 0, 0, 0)
    ] * rejected


@partition("fetch")
def _fetch(folder: StageFolder, part: str, server: str) -> Outcome:
    """A crawl that knows how it will end."""
    progress = Progress(f"crawl {part}", 8)
    with temporary_settings({PREFECT_API_URL: server}), shown(progress, part, folder):
        progress.tell(_rows(kept=5, rejected=0))
        progress.tell(_rows(kept=1, rejected=2))
    return [], Counter(fetched=6)


@flow(name="tiny crawl", flow_run_name="crawl Tiny_1")
def _crawl(root: str, server: str) -> int:
    folder = open_stage(root, Stage.CRAWL, 1, Section())
    return collect("crawl", [_fetch.submit(folder, PART, server)])[0].tally["fetched"]


def _artifacts(key: str) -> list[Artifact]:
    with get_client(sync_client=True) as client:
        return client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))


def test_a_partition_ends_as_an_artifact_at_100_percent(prefect_server: str, tmp_path: Path) -> None:
    """One artifact a partition, of its task run, with the line that is also logged."""
    assert _crawl(str(tmp_path), prefect_server) == 6
    (artifact,) = _artifacts(KEY)
    assert (artifact.type, artifact.data) == ("progress", 100)
    assert artifact.description
    assert artifact.description.startswith(f"crawl {PART}  8/8  6 kept, 2 rejected (2 robots)  ")
    assert artifact.task_run_id
    assert artifact.flow_run_id


@pytest.fixture(params=["refuses", "is silent"])
def poor_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that takes no connection, or takes it and says nothing."""
    monkeypatch.setattr("tasks.shown.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        if request.param == "refuses":
            server.close()
            yield "http://127.0.0.1:9/api"
        else:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/api"


def test_a_server_that_is_away_fails_no_partition(
    prefect_server: str, poor_server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The pictures count, not their display; what is missing of it is said once, and soon."""
    start = time.monotonic()
    assert _crawl(str(tmp_path), poor_server) == 6
    assert time.monotonic() - start < 5
    (said,) = [each.getMessage() for each in caplog.records if each.name == "tasks.shown"]
    assert f"artifact {KEY} in Prefect lacks how it ended" in said


def test_without_prefect_a_partition_is_shown_all_the_same(tmp_path: Path) -> None:
    """Outside of a run there is no artifact, and nothing is asked of a server."""
    folder = open_stage(str(tmp_path), Stage.CRAWL, 1, Section())
    progress = Progress("crawl", 8)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}), shown(progress, PART, folder):
        progress.tell(_rows(kept=8, rejected=0))
    assert progress.snapshot().percent == 100


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
    terminal: tuple[LiveHandler, list[str]], log: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sum is rewritten in place; log lines of other threads stand whole above it; at the end it is gone."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("flows.live.EVERY_SECONDS", 0.01)
    handler, received = terminal
    folder = open_stage(str(tmp_path), Stage.CRAWL, 1, Section())
    one, two = Progress("one", 100), Progress("two", 50)
    with live(handler), shown(one, "one", folder), shown(two, "two", folder), logged(one, seconds=0.01):
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


def test_in_a_file_there_are_log_lines_and_nothing_else(tmp_path: Path) -> None:
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
