"""`make up`: everything that deployments need, started by one command and ended by one signal."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.up.__main__ import main
from flows.up.furnish import automations
from flows.up.furnish import main as furnish_command
from flows.up.interrupts import ENDING, Interrupted, Interrupts
from flows.up.place import Place
from storage.errors import BadInput
from tests.flows.machine import PREFECT, PROJECT
from tests.flows.postgres import free_port
from tests.flows.server import server
from tests.flows.sleeping import begun, deploy_to, states_of
from tests.flows.test_deployments import DEPLOYMENTS
from tests.processes import living_with, until

STARTING = 180.0
"""Seconds until all is up; the deployments alone take a dozen."""


@dataclass(frozen=True, slots=True)
class Up:
    """A running `python -m flows.up`."""

    process: subprocess.Popen[bytes]
    api: str
    folder: Path

    @property
    def said(self) -> str:
        """What it has said on its terminal."""
        return (self.folder / "screen").read_text()

    @property
    def living(self) -> list[int]:
        """Its processes, with all that these have started."""
        return living_with("PREFECT_HOME", str(self.folder / "home"))

    def until_ready(self) -> None:
        """Wait until it says so, and its workers poll."""
        until(lambda: "up: ready" in self.said or self.process.poll() is not None, STARTING, lambda: self.said)
        assert self.process.poll() is None, self.said


@contextmanager
def _up(folder: Path) -> Iterator[Up]:
    """One with a home of its own in the folder, which it also works in; nothing of it outlives the block."""
    port, home = free_port(), folder / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(home), "PREFECT_SERVER_API_PORT": str(port), "PYTHONPATH": str(PROJECT)}
    environment["PWD"] = str(folder)  # as whoever starts it leaves it, without a shell
    command = [sys.executable, "-m", "flows.up", str(PROJECT / "recipes" / "demo.yaml")]
    with (folder / "screen").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        yield Up(process, f"http://127.0.0.1:{port}/api", folder)
    finally:
        process.kill()
        process.wait()
        for pid in living_with("PREFECT_HOME", str(home)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def _client(api: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        yield client


def _begin(up: Up, client: SyncPrefectClient) -> UUID:
    """A flow run on the cpu pool's worker that lasts."""
    run = client.create_flow_run_from_deployment(
        deploy_to(client, "cpu"), parameters={"release": str(up.folder / "release")}
    )
    until(lambda: begun(up.folder / "release"), STARTING, lambda: up.said)
    return run.id


@pytest.mark.slow  # a server, all deployments, two workers: half a minute, and a server once more
def test_one_signal_ends_all_and_the_states_are_true(tmp_path: Path) -> None:
    """It furnishes the server and says where; Ctrl-C ends each process, and what ran is Crashed with its subflow."""
    with _up(tmp_path) as up:
        up.until_ready()
        with _client(up.api) as client:
            assert {pool.name for pool in client.read_work_pools()} == {"cpu", "gpu"}
            assert client.read_global_concurrency_limit_by_name("crawl").limit == 1
            assert [each.name for each in client.read_automations()] == [each.name for each in automations()]
            recipes = {each.name: each.parameters.get("recipe") for each in client.read_deployments()}
            assert set(recipes) == {each["name"] for each in DEPLOYMENTS}
            assert recipes["pipeline"] == "recipes/demo.yaml"
            [place] = {str(step) for each in client.read_deployments() for step in each.pull_steps or []}
            assert f"'directory': '{PROJECT}'" in place, "runs work in another folder"
            run = _begin(up, client)
            assert states_of(client, run) == {"outer": "Running", "inner": "Running"}
        assert up.api.removesuffix("/api") in up.said
        assert re.search(r"^cpu \| .*Beginning flow run 'outer'", up.said, re.MULTILINE)
        assert "uvicorn" not in up.said
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(60) == 128 + signal.SIGINT, up.said
        assert "Traceback" not in up.said
        assert not up.living
    home = {"PREFECT_HOME": str(tmp_path / "home")}
    with server(tmp_path / "again", settings=home) as api, _client(api) as client:
        assert states_of(client, run) == {"outer": "Crashed", "inner": "Crashed"}


@pytest.mark.slow  # as above
def test_killed_itself_it_leaves_nothing_running(tmp_path: Path) -> None:
    """SIGKILL, which no program hears, ends the server, the workers and a flow run with it."""
    with _up(tmp_path) as up:
        up.until_ready()
        with _client(up.api) as client:
            _begin(up, client)
        assert len(up.living) == 5, "itself, a server, two workers, a flow run"
        up.process.kill()
        up.process.wait()
        until(lambda: not up.living, 60, lambda: str(up.living))


@pytest.mark.slow  # as above
def test_a_process_that_dies_is_named_and_ends_the_rest(tmp_path: Path) -> None:
    """The exit code is 1, and the error says who it was, how it ended, and where all that it said lies."""
    with _up(tmp_path) as up:
        up.until_ready()
        named = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in up.living}
        [worker] = [pid for pid, words in named.items() if b"worker\0start\0--pool\0gpu" in words]
        os.kill(worker, signal.SIGKILL)
        assert up.process.wait(60) == 1
        assert "gpu was killed by SIGKILL" in up.said
        port = up.api.removesuffix("/api").rpartition(":")[2]
        assert str(tmp_path / "runs" / "up" / port / "gpu.log") in up.said
        assert not up.living


def test_a_wrong_recipe_is_an_error_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The field that is wrong is named, the exit code is 1, and no output of any process lies there."""
    (tmp_path / "wrong.yaml").write_text("{name: wrong, targets: {root: .}, crawl: {rounds: many}}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["up", "wrong.yaml"])
    assert main() == 1
    assert "crawl.rounds" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]


def test_a_port_that_is_taken_is_an_error() -> None:
    """It says which, and how to take another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(BadInput, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            Place("127.0.0.1", port).require_free()
    assert "PREFECT_SERVER_API_PORT" in caught.value.mend
    Place("127.0.0.1", port).require_free()


def test_a_server_that_answers_there_is_an_error(prefect_server: str) -> None:
    """A second one in its place would not be heard, so it is not started."""
    port = int(prefect_server.removesuffix("/api").rpartition(":")[2])
    with pytest.raises(BadInput, match=f"answers at http://127.0.0.1:{port} already"):
        Place("127.0.0.1", port).require_free()


@pytest.mark.parametrize("number", ENDING)
def test_every_signal_that_asks_for_the_end_is_heard_once(number: signal.Signals) -> None:
    """Ctrl-C, an end and a closed terminal interrupt the wait; the wait after that is a wait again."""
    before = {each: signal.getsignal(each) for each in ENDING}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever the tests themselves run under
    try:
        heard = Interrupts()
        os.kill(os.getpid(), number)
        with pytest.raises(Interrupted) as caught:
            heard.pause(5)
        assert caught.value.number == number
        heard.pause(0.01)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.mark.slow  # a server, and Prefect's command line
def test_who_runs_a_server_can_create_the_automations_by_hand(tmp_path: Path) -> None:
    """The command that automations.yaml names takes the file."""
    with server(tmp_path) as api:
        done = subprocess.run(
            [*PREFECT, "automation", "create", "--from-file", "automations.yaml"],
            cwd=PROJECT, env={**os.environ, "PREFECT_API_URL": api}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost runs" in done.stdout


def test_nothing_is_furnished_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    """The command says which variable names one, and exits with 1."""
    with temporary_settings({PREFECT_API_URL: None}):
        assert furnish_command() == 1
    assert "PREFECT_API_URL" in capsys.readouterr().err
