"""A whole Prefect server in a process of its own, all of its services on."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.flows.machine import PREFECT, PROJECT
from tests.flows.postgres import free_port

STARTING = 120.0
"""Seconds until it answers; a new database is laid out in them."""

ENDING = 15.0
"""Seconds that it may take to end before it is killed."""


def _healthy(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5).is_success
    except httpx.TransportError:
        return False


def _environment(folder: Path, port: int, database: str | None) -> dict[str, str]:
    told = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    told |= {"PREFECT_HOME": str(folder / "home"), "PREFECT_SERVER_API_HOST": "127.0.0.1"}
    told |= {"PREFECT_SERVER_API_PORT": str(port), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    return told | ({"PREFECT_SERVER_DATABASE_CONNECTION_URL": database} if database else {})


@contextmanager
def server(
    folder: Path, database: str | None = None, settings: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[str]:
    """The API's address (http://127.0.0.1:PORT/api) of a server whose home and log lie in the folder.

    `database` is a connection URL, in its place SQLite in its home; `settings` are more of its variables (PREFECT_...);
    with the `port` of an earlier one it can be started again in its place. What runs on it needs PREFECT_API_URL.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, log = port or free_port(), folder / "server.log"
    api = f"http://127.0.0.1:{port}/api"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*PREFECT, "server", "start"], cwd=PROJECT, stdout=out, stderr=out, start_new_session=True,
            env={**_environment(folder, port, database), **(settings or {})},
        )  # fmt: skip
    try:
        end = time.monotonic() + STARTING
        while not _healthy(api):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield api
    finally:
        process.terminate()
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
