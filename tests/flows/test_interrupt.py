"""Ctrl-C ends a run at once, and leaves nothing that the next one trips over."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.flows.commands import last_state
from tests.flows.conftest import World
from tests.processes import have_ended

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds until a run has come to the point where it is interrupted."""


def _interrupted(world: World, folder: Path, server: dict[str, str]) -> tuple[int, str, int]:
    """The exit code of a run that is interrupted in its crawl, what it said, and the id of its process group."""
    log = folder / "log"
    others = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    command = [sys.executable, "-m", "flows.pipeline", str(world.recipe_path), "--data-root", str(folder / "root")]
    with log.open("wb") as output:
        run = subprocess.Popen(
            command, cwd=PROJECT, env={**others, **server}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _interrupt_in_crawl(run, log)
        return run.wait(60), log.read_text(), run.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)


def test_an_interrupted_run_ends_at_once_with_the_server_it_started(world: World, tmp_path: Path) -> None:
    """No traceback, the exit code of a shell's Ctrl-C, and Prefect's own temporary server is gone."""
    code, said, group = _interrupted(world, tmp_path, {})
    assert code == 128 + signal.SIGINT
    assert "interrupted: what is whole stays" in said
    assert "Traceback" not in said
    assert have_ended(group, group=True), "something that it started is still running"


def test_a_server_is_told_of_an_interrupted_run(prefect_server: str, world: World, tmp_path: Path) -> None:
    """Where the run is another's to see, it is Cancelled there and not Running for ever."""
    code, said, _ = _interrupted(world, tmp_path, {"PREFECT_API_URL": prefect_server})
    assert (code, "Traceback" in said) == (128 + signal.SIGINT, False)
    assert last_state(prefect_server, "extrapolate") == "Cancelled"


def _interrupt_in_crawl(run: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not re.search(r"crawl: \d+ of", log.read_text()):
        assert run.poll() is None, f"it ended before it could be interrupted:\n{log.read_text()}"
        assert time.monotonic() < end, f"it never came there:\n{log.read_text()}"
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
