"""Runs that must not work at the same time take turns."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.turns import LEASE, turn
from tests.flows.machine import PROJECT
from tests.flows.postgres import free_port
from tests.flows.server import server

HOLD = (
    "import time; from flows.turns import turn\nwith turn('crawl'):\n    print('held', flush=True)\n    time.sleep(600)"
)
"""A program that takes a turn and keeps it."""


@pytest.fixture
def limit(prefect_server: str, tmp_path: Path) -> str:
    """A limit of one slot on the server."""
    name = tmp_path.name
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))
    return name


def test_the_second_waits_for_the_first_and_says_so(limit: str, caplog: pytest.LogCaptureFixture) -> None:
    """They never overlap, whoever comes first; only the one that waits has a line in the log."""
    inside, most = 0, 0

    def take() -> None:
        nonlocal inside, most
        with turn(limit):
            inside += 1
            most = max(most, inside)
            time.sleep(0.5)
            inside -= 1

    first, second = threading.Thread(target=take), threading.Thread(target=take)
    with caplog.at_level(logging.INFO, "flows"):
        first.start()
        while not inside and first.is_alive():
            time.sleep(0.01)
        second.start()
        first.join()
        second.join()
    assert most == 1
    assert [record.getMessage() for record in caplog.records] == [f"{limit}: waiting for its turn: 1 of 1 are taken"]


def test_a_turn_that_ends_in_an_error_is_given_back(limit: str) -> None:
    """The error passes through, and the slot is free again."""
    with pytest.raises(ZeroDivisionError), turn(limit):
        raise ZeroDivisionError
    with get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(limit).active_slots == 0


def test_without_a_limit_nobody_waits(prefect_server: str, caplog: pytest.LogCaptureFixture) -> None:
    """Two turns of a name that the server knows no limit of are held at once, without a word."""
    with caplog.at_level(logging.INFO, "flows"), turn("nothing-of-the-kind"), turn("nothing-of-the-kind"):
        pass
    assert not [record for record in caplog.records if "nothing-of-the-kind" in record.getMessage()]


@contextmanager
def _whole(folder: Path, port: int) -> Iterator[None]:
    """A server with the lease storage that `make up` sets."""
    storage = {"PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem"}
    with server(folder, settings=storage, port=port):
        yield


def _hold_and_die(api: str) -> None:
    """A process takes the only turn and is killed."""
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="crawl", limit=1))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=PROJECT, env={**os.environ, "PREFECT_API_URL": api}, stdout=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == b"held\n"
        finally:
            holder.kill()


def _seconds_to_wait() -> float:
    since = time.monotonic()
    with turn("crawl"):
        return time.monotonic() - since


@pytest.mark.slow  # a minute passes until the turn of a process that is gone is over
def test_a_killed_holder_gives_its_turn_back(tmp_path: Path) -> None:
    """When its lease is over and not sooner, though the server was started again meanwhile."""
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    with temporary_settings({PREFECT_API_URL: api}):
        with _whole(tmp_path, port):
            _hold_and_die(api)
        with _whole(tmp_path, port):
            waited = _seconds_to_wait()
    assert LEASE / 2 < waited < LEASE + 60, "the server looks every few seconds, who waits at most every half minute"
