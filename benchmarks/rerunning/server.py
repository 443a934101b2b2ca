"""A real Prefect server in a process of its own, as `prefect server start` gives it, all its services on."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
from prefect.settings import PREFECT_API_URL, temporary_settings

from benchmarks.web.missing import Missing

STARTING = 120.0
"""Seconds that it may take until it answers; a new database is laid out in them."""

ENDING = 15.0
"""Seconds that it may take to end before it is killed."""

QUIET = 0.05
"""Seconds of a processor, out of one of the clock, below which the server has taken in what it was sent."""

SETTLING = 60.0
"""Seconds that this may take."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `api` is http://127.0.0.1:PORT/api, `pid` its process, `home` its PREFECT_HOME."""

    api: str
    pid: int
    home: Path

    @property
    def cpu_seconds(self) -> float:
        """The time that it has taken of a processor so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self) -> float:
        """Wait until it has taken in what it was sent; the seconds of a processor that it took for that."""
        start = before = self.cpu_seconds
        for _ in range(int(SETTLING)):
            time.sleep(1)
            now = self.cpu_seconds
            if now - before < QUIET:
                return now - start
            before = now
        return before - start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5).is_success
    except httpx.TransportError:
        return False


def _environment(home: Path, **settings: str) -> Mapping[str, str]:
    """Ours without what it says of Prefect, which is another server's."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**others, "PREFECT_HOME": str(home), **settings}


def _wait(process: "subprocess.Popen[bytes]", api: str, log: Path) -> None:
    end = time.monotonic() + STARTING
    while not _answers(api):
        if process.poll() is not None or time.monotonic() > end:
            raise Missing(f"a Prefect server is missing, since it did not start: {log.read_text().strip()[-500:]}")
        time.sleep(0.2)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _known(api: str, home: Path) -> Iterator[None]:
    """Let this process, and those that it starts, talk to the server."""
    told = _environment(home, PREFECT_API_URL=api)
    with patch.dict(os.environ, told, clear=True), temporary_settings({PREFECT_API_URL: api}):
        yield


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server with an empty database, its home and log below the folder; runs of this process go to it.

    Raises Missing where it does not start.
    """
    home, log, port = folder / "prefect", folder / "server.log", _free_port()
    home.mkdir(parents=True)
    where = {"PREFECT_SERVER_API_HOST": "127.0.0.1", "PREFECT_SERVER_API_PORT": str(port)}
    command, api = [sys.executable, "-m", "prefect", "server", "start"], f"http://127.0.0.1:{port}/api"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603  # fixed words
            command, env=_environment(home, **where), stdout=out, stderr=out
        )
    try:
        _wait(process, api, log)
        with _known(api, home):
            yield Server(api, process.pid, home)
    finally:
        _end(process)
