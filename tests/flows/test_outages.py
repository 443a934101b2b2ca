"""A language model or an image search that is down: the run waits within its bounds, or fails by name, and goes on."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.crawl import crawl
from flows.neighbors import neighbors
from flows.recipe import Recipe
from flows.targets import targets
from sandbox.chat_behavior import ChatBehavior
from sandbox.outage import PATHS, Service
from sandbox.process import SandboxProcess, running
from storage.errors import TooMuchLost
from storage.manifest import read_manifest
from storage.pictures import PictureStore
from storage.records import Stage, StageRef
from tests.flows.commands import PATIENCE, ended, last_state, pipeline, run, started
from tests.flows.conftest import World
from tests.flows.rewritten import Sections, sections_over, written

pytestmark = pytest.mark.slow


def _until(reached: Callable[[], bool], what: str) -> None:
    """Wait for what a run comes to."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"it never came to pass: {what}"
        time.sleep(0.02)


def _port(sandbox: SandboxProcess) -> int:
    return int(sandbox.base_url.rpartition(":")[2])


def _content(sections: Sections, root: Path) -> StageRef:
    """What the crawl comes to, by its flows called here."""
    recipe = Recipe.model_validate(sections | {"data_root": str(root)})
    return crawl(recipe, neighbors(recipe, targets(recipe)))


def _of(sandbox: SandboxProcess, service: Service) -> Counter[str]:
    """How often each URL of a service was asked for."""
    asked = sandbox.requests().urls
    return Counter({url: times for url, times in asked.items() if PATHS[service] in url})


@pytest.mark.parametrize(
    ("service", "retry_after"), [(Service.SEARCH, None), (Service.SEARCH, 1.0), (Service.HOSTS, 1.0)]
)
def test_a_service_that_is_back_in_time_changes_nothing(
    prefect_server: str, world: World, tmp_path: Path, service: Service, retry_after: float | None
) -> None:
    """503 for two seconds, with and without a Retry-After: the crawl's content is the undisturbed one's."""
    with running(world.grocery, hosts=8) as sandbox:
        sections = sections_over(world, sandbox)
        undisturbed = _content(sections, tmp_path / "undisturbed")
        asked = _of(sandbox, service)
        sandbox.fail(service, seconds=2, retry_after=retry_after)
        disturbed = _content(sections, tmp_path / "disturbed")
        again = _of(sandbox, service) - asked
    assert again.total() > asked.total(), "nothing was asked while it was down"
    assert disturbed.content == undisturbed.content


def test_a_search_that_stays_away_fails_the_run_by_name_and_the_next_one_fetches_the_rest(
    prefect_server: str, world: World, tmp_path: Path
) -> None:
    """It goes down when the first round is being fetched; what is stored then is never fetched again."""
    root, log = tmp_path / "root", tmp_path / "log"
    with running(world.grocery, hosts=8) as sandbox:
        sections = sections_over(world, sandbox)
        sections["crawl"] |= {"per_category": 10, "rounds": 3}
        sections["crawl"]["sources"][0]["patience_seconds"] = 1
        recipe = written(sections, tmp_path / "recipe.yaml")
        command = pipeline(recipe, root, Stage.CRAWL)

        def take_down() -> None:
            _until(lambda: bool(_of(sandbox, Service.HOSTS)), "a picture is asked for")
            sandbox.fail(Service.SEARCH, seconds=1e6)

        code, said = ended(started(command, prefect_server, log), log, take_down)
        assert code == 1, said
        assert f"the source openverse at {sandbox.base_url} does not answer: status 503, for 1 seconds" in said
        assert "patience_seconds of the openverse source" in said
        assert "Traceback" not in said
        assert [last_state(prefect_server, flow) for flow in ("extrapolate", "crawl")] == ["Failed", "Failed"]
        fetched, store = _of(sandbox, Service.HOSTS), PictureStore(str(root))
        stored = {url for url in fetched if store.find(url)}
        assert stored
        sandbox.fail(Service.SEARCH, seconds=0)
        code, said = run(command, prefect_server, log)
        assert code == 0, said
        assert last_state(prefect_server, "extrapolate") == "Completed"
        asked = _of(sandbox, Service.HOSTS)
        assert all(asked[url] == fetched[url] for url in stored)
        assert _crawled(root) == _content(sections, tmp_path / "undisturbed").content


def test_an_outage_of_the_picture_hosts_is_made_good_by_the_same_command(
    prefect_server: str, world: World, tmp_path: Path
) -> None:
    """Every fetch ends, with losses alone; the first run after it fetches them, and comes to the same content."""
    with running(world.grocery, hosts=8) as sandbox:
        sections = sections_over(world, sandbox)
        undisturbed = _content(sections, tmp_path / "undisturbed")
        sandbox.fail(Service.HOSTS, seconds=1e6, retry_after=3600)
        with pytest.raises(TooMuchLost, match="run again with the same command"):
            _content(sections, tmp_path / "root")
        with pytest.raises(TooMuchLost):  # while it lasts, too
            _content(sections, tmp_path / "root")
        sandbox.fail(Service.HOSTS, seconds=0)
        assert _content(sections, tmp_path / "root").content == undisturbed.content


def _crawled(root: Path) -> str:
    """The content of the one finished crawl below a data root."""
    [manifest] = (root / Stage.CRAWL).glob("*/manifest.json")
    return read_manifest(str(manifest.parent)).ref.content


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "hanging"])
def test_a_model_that_goes_away_fails_the_run_by_name_and_the_next_one_asks_for_the_rest(
    prefect_server: str, world: World, tmp_path: Path, killed: bool
) -> None:
    """Its process is gone after two answers, or nothing answers from there on; time-outs are the recipe's own."""
    log, answered = tmp_path / "log", 2
    silent = ChatBehavior(hang_from=answered, hangs=1_000_000, hang_seconds=3600)
    pace = {"timeout": 60, "retries": 1} if killed else {"timeout": 0.5, "retries": 20, "patience": 2}
    with running(world.grocery, hosts=8, chat=silent) as sandbox:
        sections = sections_over(world, sandbox)
        sections["neighbors"]["provider"]["pace"] = {"concurrency": 2, **pace}
        recipe = written(sections, tmp_path / "recipe.yaml")
        command = pipeline(recipe, tmp_path / "root", Stage.NEIGHBORS)
        process = started(command, prefect_server, log)
        try:
            _until(lambda: bool(sandbox.bill().faults), "a question hangs")
            bill = sandbox.bill()
        except AssertionError:
            process.kill()
            raise
        if not killed:
            code, said = ended(process, log)
    if killed:
        code, said = ended(process, log)
    assert code == 1, said
    assert sandbox.api_url in said
    assert "neighbors.provider.base_url" in said
    assert "mend:" in said
    assert "Traceback" not in said
    assert [last_state(prefect_server, flow) for flow in ("extrapolate", "neighbors")] == ["Failed", "Failed"]
    with running(world.grocery, hosts=8, port=_port(sandbox)) as back:
        code, said = run(command, prefect_server, log)
        assert code == 0, said
        asked = back.bill().questions
    assert last_state(prefect_server, "extrapolate") == "Completed"
    assert len(bill.questions) == answered
    assert not asked.keys() & bill.questions.keys()
    assert len(asked) == len(sections["targets"]["classes"]) - answered
