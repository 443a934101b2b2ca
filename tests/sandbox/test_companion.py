"""What runs beside a sandbox ends with it, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SHELL = "echo begun; sleep 300 & echo $! > {child}; wait"
STUBBORN = "trap '' INT TERM; " + SHELL


def _start(folder: Path, script: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox", "--corpus", "photographs", "--root", str(folder), "--port", "0"]
    return subprocess.Popen(
        [*command, "--", "bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _has_ended(pid: int) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("code", [0, 3])
def test_the_commands_exit_code_is_passed_on(folder: Path, code: int) -> None:
    """The sandbox answers while the command runs and ends with it."""
    with _start(folder, f"exit {code}") as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (code, "")
    assert "ready at http://127.0.0.1:" in output


def test_a_command_that_a_signal_ended_is_told_as_a_shell_does(folder: Path) -> None:
    """128 and the signal's number."""
    with _start(folder, "kill -TERM $$") as process:
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_command_and_all_that_it_started(
    folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C, an end and a closed terminal leave no grandchild running."""
    child = tmp_path / "child"
    with _start(folder, SHELL.format(child=child)) as process:
        assert process.stdout is not None
        while "begun" not in process.stdout.readline():
            assert process.poll() is None
        while not (child.exists() and child.read_text().strip()):
            time.sleep(0.02)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert _has_ended(int(child.read_text()))


@pytest.mark.slow
def test_a_command_that_will_not_end_is_killed(folder: Path, tmp_path: Path) -> None:
    """After its grace the whole group is gone."""
    child = tmp_path / "child"
    with _start(folder, STUBBORN.format(child=child)) as process:
        while not (child.exists() and child.read_text().strip()):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert _has_ended(int(child.read_text()))


def test_what_a_command_leaves_running_is_ended_too(folder: Path, tmp_path: Path) -> None:
    """A command that ends by itself may have left a server behind."""
    child = tmp_path / "child"
    with _start(folder, f"sleep 300 & echo $! > {child}") as process:
        process.communicate(timeout=60)
    assert _has_ended(int(child.read_text()))
