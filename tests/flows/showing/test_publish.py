"""An artifact is made where the server takes it, and is no reason to fail where it does not."""

import json
import logging
import socket

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.context import SyncClientContext
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    temporary_settings,
)

from flows.showing.contact_sheet import MOST_BYTES
from flows.showing.publish import publish_page, publish_table


@flow(name="publishing")
def _publishing(size: int, api: str) -> str:
    # With settings of its own a client is made anew, for the address that holds here.
    here = {
        PREFECT_API_URL: api,
        PREFECT_CLIENT_MAX_RETRIES: 0,
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
    }
    with temporary_settings(here), SyncClientContext({"timeout": 2.0}):
        publish_table("My_run.v2", "stage", [{"what": "in", "amount": 3}], "**three**")
        publish_page("My_run.v2", "page", "x" * size, "a page")
    return "done"


def test_a_page_as_large_as_a_contact_sheet_comes_back_whole(prefect_server: str) -> None:
    """The server keeps a megabyte; both artifacts are of the flow's run."""
    assert _publishing(MOST_BYTES, prefect_server) == "done"
    keys = ArtifactFilterKey(any_=["my-run-v2-stage", "my-run-v2-page"])
    with get_client(sync_client=True) as client:
        held = {one.key: one for one in client.read_artifacts(artifact_filter=ArtifactFilter(key=keys))}
    assert held["my-run-v2-page"].data == "x" * MOST_BYTES
    assert (held["my-run-v2-page"].type, held["my-run-v2-page"].description) == ("markdown", "a page")
    assert json.loads(str(held["my-run-v2-stage"].data)) == [{"what": "in", "amount": 3}]
    assert len({one.flow_run_id for one in held.values()} - {None}) == 1


@pytest.mark.parametrize("takes", [True, False], ids=["is silent", "refuses"])
def test_a_server_that_is_away_fails_no_run(takes: bool, prefect_server: str, caplog: pytest.LogCaptureFixture) -> None:
    """The run goes on, and the log names what is not shown."""
    with caplog.at_level(logging.WARNING), socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not takes:
            server.close()
        assert _publishing(1, f"http://127.0.0.1:{port}/api") == "done"
    said = [one.getMessage() for one in caplog.records if one.name == "flows.showing.publish"]
    assert [line.split()[1] for line in said] == ["my-run-v2-stage", "my-run-v2-page"]


def test_outside_of_a_flow_nothing_is_asked_of_a_server() -> None:
    """A stage's functions can be called by themselves."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        publish_page("plain", "page", "x", "")
