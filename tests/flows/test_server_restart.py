"""A Prefect server that is restarted under a run: the run goes on, and the server knows its end."""

from pathlib import Path

import pytest

from storage.pictures import PictureStore
from storage.records import Stage
from tests.flows.commands import ended, last_state, pipeline, run, shards_below, started
from tests.flows.conftest import World
from tests.flows.server import server
from tests.processes import until

STARTING = 120.0
"""Seconds until a run has begun to store pictures."""


@pytest.mark.slow  # two starts of a whole server, and two runs
def test_a_server_that_is_restarted_in_the_middle_costs_nothing(world: World, tmp_path: Path) -> None:
    """No picture is fetched twice, the shards are the undisturbed run's, and the server has the run as completed."""
    undisturbed, root, log = tmp_path / "undisturbed", tmp_path / "root", tmp_path / "log"
    with server(tmp_path / "server") as api:
        code, said = run(pipeline(world.recipe_path, undisturbed, Stage.SHARD), api, log)
        assert code == 0, said
        asked = world.sandbox.requests().urls
        process = started(pipeline(world.recipe_path, root, Stage.SHARD), api, log)
        until(lambda: any((root / "pictures").glob("*.parquet")), STARTING, log.read_text)
    assert process.poll() is None, log.read_text()
    assert not list((root / Stage.CRAWL).glob("*/manifest.json")), "the server ended after the crawl"
    port = int(api.removesuffix("/api").rsplit(":", 1)[1])
    with server(tmp_path / "server", port=port) as again:
        code, said = ended(process, log)
        assert code == 0, said
        states = {flow: last_state(again, flow) for flow in ("extrapolate", "crawl", "shard")}
        assert states == dict.fromkeys(states, "Completed")
    store, requests = PictureStore(str(root)), world.sandbox.requests().urls
    assert {requests[url] - asked.get(url, 0) for url in requests if store.find(url)} == {1}
    assert shards_below(root) == shards_below(undisturbed) != {}
