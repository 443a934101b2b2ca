"""Ctrl-C ends a run at once, and leaves nothing that the next one trips over."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.flows.conftest import World
from tests.processes import have_ended

PROJECT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds until a run has come to the point where it is interrupted."""


def test_an_interrupted_run_ends_at_once_with_the_server_it_started(world: World, tmp_path: Path) -> None:
    """No traceback, the exit code of a shell's Ctrl-C, and Prefect's own temporary server is gone."""
    log = tmp_path / "log"
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    command = [sys.executable, "-m", "flows.pipeline", str(world.recipe_path), "--data-root", str(tmp_path / "root")]
    with log.open("wb") as output:
        run = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _interrupt_in_crawl(run, log)
        assert run.wait(15) == 128 + signal.SIGINT
        assert "interrupted: what is whole stays" in log.read_text()
        assert "Traceback" not in log.read_text()
        assert have_ended(run.pid, group=True), "something that it started is still running"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)


def _interrupt_in_crawl(run: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not re.search(r"crawl: \d+ of", log.read_text()):
        assert run.poll() is None, f"it ended before it could be interrupted:\n{log.read_text()}"
        assert time.monotonic() < end, f"it never came there:\n{log.read_text()}"
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
