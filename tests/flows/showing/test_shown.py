"""A long partition is shown as a progress artifact, which neither holds it up nor fails it; a short one is not."""

import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.collecting import collect
from storage.manifest import StageFolder, open_stage
from storage.records import Crawled, FetchReason, Stage
from storage.section import Section
from tasks.partition import Outcome, partition
from tasks.progress import Progress, counted, followed
from tasks.shown import artifact_key, shown

DEADLINE = 20.0


def _artifacts(key: str) -> list[Artifact]:
    with get_client(sync_client=True) as client:
        return client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))


def _wait_for_artifact(key: str, percent: float) -> None:
    end, found = time.monotonic() + DEADLINE, list[Artifact]()
    while not any(one.data == percent for one in found):
        assert time.monotonic() < end, f"{key} never showed {percent}: {found}"
        time.sleep(0.05)
        found = _artifacts(key)


def _run(tmp_path: Path, name: str, work: Callable[[], None], server: str) -> int:
    """One partition of a flow that is named so; `server` is where its artifact goes."""

    @partition("work")
    def task(folder: StageFolder, part: str) -> Outcome:
        work()
        return [], Counter(done=6)

    @flow(name="tiny", flow_run_name=name)
    def ours() -> int:
        parts = collect("tiny", [task.submit(open_stage(str(tmp_path), Stage.EMBED, 1, Section()), "embed-00-of-01")])
        return parts[0].tally["done"]

    with temporary_settings({PREFECT_API_URL: server}):
        return ours()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partition is a long one soon, so that tests are short."""
    monkeypatch.setattr("tasks.shown.ARTIFACT_SECONDS", 0.05)


@pytest.mark.usefixtures("often")
def test_what_is_counted_is_shown_while_it_works_and_at_its_end(prefect_server: str, tmp_path: Path) -> None:
    """One artifact a partition, of its task run, with the line that is also logged."""
    key = "embed-tiny-1-embed-00-of-01"

    def work() -> None:
        tell = counted("embed 0", 8)
        tell(2)
        _wait_for_artifact(key, 25.0)
        tell(6)

    assert _run(tmp_path, "embed Tiny_1", work, prefect_server) == 6
    (artifact,) = _artifacts(key)
    assert (artifact.type, artifact.data, artifact.description) == ("progress", 100.0, "embed 0: 8 of 8")
    assert artifact.task_run_id
    assert artifact.flow_run_id


@pytest.mark.usefixtures("often")
def test_what_is_fetched_is_shown_with_its_reasons(prefect_server: str, tmp_path: Path) -> None:
    """The line of a crawl: counts, reasons, rates."""
    candidate = ("http://a/1", "aster", "aster", 0, "openverse", "", "", "by", "", "")
    kept = Crawled(*candidate, "digest", None, "", 1000, 9, 9)
    lost = Crawled(*candidate, None, FetchReason.ROBOTS, "", 0, 0, 0)

    def work() -> None:
        progress = Progress("crawl x", 4)
        with followed(progress, Stage.CRAWL):
            progress.tell([kept, kept, kept, lost])
        _wait_for_artifact("crawl-y-embed-00-of-01", 100.0)

    _run(tmp_path, "crawl y", work, prefect_server)
    (artifact,) = _artifacts("crawl-y-embed-00-of-01")
    assert str(artifact.description).startswith("crawl x  4/4  3 kept, 1 rejected (1 robots)  ")


def test_a_short_partition_asks_nothing_of_the_server(prefect_server: str, tmp_path: Path) -> None:
    """A warm or a tiny run stays as fast as without artifacts."""
    assert _run(tmp_path, "short", lambda: counted("short", 8)(8), prefect_server) == 6
    assert _artifacts("short-embed-00-of-01") == []


@pytest.mark.usefixtures("often")
def test_work_that_counts_nothing_has_no_artifact(prefect_server: str, tmp_path: Path) -> None:
    """There is nothing to show of it."""
    assert _run(tmp_path, "silent", lambda: time.sleep(0.5), prefect_server) == 6
    assert _artifacts("silent-embed-00-of-01") == []


@pytest.fixture(params=["refuses", "is silent"])
def poor_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that takes no connection, or takes it and says nothing."""
    monkeypatch.setattr("tasks.shown.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if request.param == "refuses":
            server.close()
        yield f"http://127.0.0.1:{port}/api"


@pytest.mark.usefixtures("often")
def test_a_server_that_is_away_fails_no_partition(
    prefect_server: str, poor_server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The work counts, not its display; what is missing of it is said once, and soon."""

    def work() -> None:
        with temporary_settings({PREFECT_API_URL: poor_server}), shown("away"):
            tell = counted("away", 8)
            time.sleep(0.5)  # a partition that takes so long
            tell(8)

    start = time.monotonic()
    with caplog.at_level(logging.WARNING, logger="tasks.shown"):
        assert _run(tmp_path, "away", work, prefect_server) == 6
    assert time.monotonic() - start < 10
    (said,) = [one.getMessage() for one in caplog.records if one.name == "tasks.shown"]
    assert "artifact away-away in Prefect lacks how it ended" in said


def test_outside_of_a_run_nothing_is_shown() -> None:
    """Nothing is asked of a server, and counting works all the same."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}), shown("part"):
        counted("plain", 8)(8)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("grocery", "embed-targets"), "grocery-embed-targets"),
        (("My_recipe.v2", "crawl"), "my-recipe-v2-crawl"),
        (("", "part"), "part"),
    ],
)
def test_a_key_has_the_signs_that_prefect_allows(words: tuple[str, ...], key: str) -> None:
    """Lower-case letters, digits and single dashes."""
    assert artifact_key(*words) == key
