"""What runs beside a sandbox ends with it, and nothing is left behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.process import ENDING
from tests.processes import have_ended

SHELL = "echo begun; sleep 300 & echo $! > {child}; wait"
STUBBORN = "trap '' INT TERM; " + SHELL


def _heed_hang_ups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever the tests themselves run under


@contextmanager
def _started(folder: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """A sandbox with a shell script beside it; killed where the test has not seen it end."""
    command = [sys.executable, "-m", "sandbox", "--corpus", "photographs", "--root", str(folder), "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "--", "bash", "-c", script], stdout=pipe, stderr=pipe, text=True, preexec_fn=_heed_hang_ups
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("code", [0, 3])
def test_the_commands_exit_code_is_passed_on(folder: Path, code: int) -> None:
    """The sandbox answers while the command runs and ends with it."""
    with _started(folder, f"exit {code}") as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (code, "")
    assert "ready at http://127.0.0.1:" in output


def test_a_command_that_a_signal_ended_is_told_as_a_shell_does(folder: Path) -> None:
    """128 and the signal's number."""
    with _started(folder, "kill -TERM $$") as process:
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


def _child(process: subprocess.Popen[str], file: Path) -> int:
    """The process that the command has started, once it says which."""
    while not (file.exists() and file.read_text().strip()):
        assert process.poll() is None, "the sandbox ended before its command began"
        time.sleep(0.02)
    return int(file.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_command_and_all_that_it_started(
    folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C, an end and a closed terminal leave no grandchild running, though it ignores Ctrl-C itself."""
    with _started(folder, SHELL.format(child=tmp_path / "child")) as process:
        child = _child(process, tmp_path / "child")
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert have_ended(child)


def test_a_command_that_will_not_end_is_killed_when_it_is_asked_again(folder: Path, tmp_path: Path) -> None:
    """Each further Ctrl-C goes on to the next signal without waiting out the last one's patience."""
    with _started(folder, STUBBORN.format(child=tmp_path / "child")) as process:
        child = _child(process, tmp_path / "child")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        process.communicate(timeout=ENDING - 1)
    assert have_ended(child)


@pytest.mark.slow
def test_a_command_that_will_not_end_is_killed(folder: Path, tmp_path: Path) -> None:
    """After its grace the whole group is gone."""
    with _started(folder, STUBBORN.format(child=tmp_path / "child")) as process:
        child = _child(process, tmp_path / "child")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert have_ended(child)


def test_a_hang_up_is_ignored_where_it_was(folder: Path, tmp_path: Path) -> None:
    """Under nohup a closed terminal ends nothing."""
    script = f"echo $$ > {tmp_path / 'child'}; sleep 1; exit 3"
    command = [sys.executable, "-m", "sandbox", "--corpus", "photographs", "--root", str(folder), "--port", "0"]
    with subprocess.Popen(["nohup", *command, "--", "bash", "-c", script], stderr=subprocess.DEVNULL) as process:  # noqa: S607  # the system's nohup
        while not (tmp_path / "child").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGHUP)
        try:
            assert process.wait(60) == 3
        finally:
            process.kill()


def test_what_a_command_leaves_running_is_ended_too(folder: Path, tmp_path: Path) -> None:
    """A command that ends by itself may have left a server behind."""
    with _started(folder, f"sleep 300 & echo $! > {tmp_path / 'child'}") as process:
        process.communicate(timeout=60)
    assert have_ended(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(
    ("corpus", "arguments", "complaint"),
    [
        ("photographs", ["--", "no-such-command"], "cannot run 'no-such-command'"),
        ("photographs", ["--ready-file", "/nowhere/ready"], "cannot write /nowhere/ready"),
        ("herbarium", ["--taxonomy", "x.json"], "--taxonomy is for photographs"),
    ],
    ids=["command", "ready file", "taxonomy"],
)
def test_what_cannot_be_done_is_named(folder: Path, corpus: str, arguments: list[str], complaint: str) -> None:
    """No fault is told as another one's, and none with a traceback."""
    command = [sys.executable, "-m", "sandbox", "--corpus", corpus, "--root", str(folder), "--port", "0"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
