"""Ctrl-C ends a run at once, and leaves nothing that the next one trips over."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from storage.records import Stage
from tests.flows.commands import last_state, pipeline, run
from tests.flows.conftest import World
from tests.processes import have_ended

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds until a run has come to the point where it is interrupted."""


def _interrupted(world: World, folder: Path, server: dict[str, str], *options: str) -> tuple[int, str, int]:
    """The exit code of a run that is interrupted in its crawl, what it said, and the id of its process group."""
    log = folder / "log"
    others = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    command = [*pipeline(world.recipe_path, folder / "root", Stage.CRAWL), *options]
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


def _whole(root: Path) -> dict[str, int]:
    """When each whole partition of the crawl was sealed, in nanoseconds."""
    return {path.stem: path.stat().st_mtime_ns for path in root.glob("crawl/*/parts/*.json")}


def test_the_same_command_goes_on_after_an_interruption(prefect_server: str, world: World, tmp_path: Path) -> None:
    """As the line says: what was whole is taken as it is."""
    _, said, _ = _interrupted(world, tmp_path, {"PREFECT_API_URL": prefect_server})
    assert said.endswith("\ninterrupted: what is whole stays, and the same command goes on from there\n")
    before = _whole(tmp_path / "root")
    assert before
    code, said = run(pipeline(world.recipe_path, tmp_path / "root", Stage.CRAWL), prefect_server, tmp_path / "again")
    assert code == 0, said
    after = _whole(tmp_path / "root")
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before


@pytest.mark.slow  # four runs up to the crawl
def test_an_interrupted_refresh_says_what_goes_on_with_it(prefect_server: str, world: World, tmp_path: Path) -> None:
    """Without --refresh the crawl from before it is taken, and with it all of the crawl is run."""
    root, command = tmp_path / "root", pipeline(world.recipe_path, tmp_path / "root", Stage.CRAWL)
    code, said = run(command, prefect_server, tmp_path / "first")
    assert code == 0, said
    _, said, _ = _interrupted(world, tmp_path, {"PREFECT_API_URL": prefect_server}, "--refresh", "crawl")
    assert said.endswith(
        "\ninterrupted: what is whole stays, and the same command runs crawl from the start; without --refresh it goes "
        "on from there, where a result from before a refresh that has not ended stays the result\n"
    )
    interrupted = _whole(root)
    assert interrupted
    code, said = run(command, prefect_server, tmp_path / "without")
    assert code == 0, said
    assert "crawl: cached, nothing to do" in said
    assert _whole(root) == interrupted
    code, said = run([*command, "--refresh", "crawl"], prefect_server, tmp_path / "with")
    assert code == 0, said
    assert all(made > interrupted.get(name, 0) for name, made in _whole(root).items())


def _interrupt_in_crawl(run: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not re.search(r"crawl: \d+ of", log.read_text()):
        assert run.poll() is None, f"it ended before it could be interrupted:\n{log.read_text()}"
        assert time.monotonic() < end, f"it never came there:\n{log.read_text()}"
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
