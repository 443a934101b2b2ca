import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.ledger import Failure, Kind
from sandbox.process import PROJECT, running
from sandbox.supply import share_of
from tests.processes import have_ended
from tests.sandbox.web import get


def test_every_request_is_counted_by_url_and_host_and_looking_is_not(folder: Path) -> None:
    """A test can prove that nothing was fetched twice."""
    with running(folder) as sandbox:
        first, second = [row for row in sandbox.ledger() if row.kind is Kind.GOOD][:2]
        for url in (first.url, second.url, second.url):
            get(url)
        get(f"{sandbox.base_url}/v1/images/?q=teal+kite&page=1")
        counts = sandbox.requests()
    search = f"{sandbox.base_url}/v1/images/?q=teal+kite&page=1"
    assert counts.urls == {first.url: 1, second.url: 2, search: 1}
    hosts = Counter([urlsplit(first.url).hostname, *[urlsplit(second.url).hostname] * 2, "127.0.0.1"])
    assert counts.hosts == hosts


def test_the_served_ledger_has_the_yardsticks_shares(folder: Path) -> None:
    """What is on the web is what was drawn: 20 good pictures a class, and the rest in proportion."""
    with running(folder) as sandbox:
        counts = Counter((row.neighbor, row.kind) for row in sandbox.ledger())
    assert len({neighbor for neighbor, _ in counts}) == 6
    assert all(count == share_of(kind, 20) for (_, kind), count in counts.items())


def test_the_same_seed_and_port_make_the_same_web(folder: Path) -> None:
    """Two runs can be compared byte for byte; another seed is another world."""
    with running(folder, seed=1) as first:
        port, ledger = urlsplit(first.base_url).port or 0, first.ledger()
    with running(folder, seed=1, port=port) as again:
        assert again.ledger() == ledger
    with running(folder, seed=2, port=port) as other:
        assert not {row.url for row in other.ledger()} & {row.url for row in ledger}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_though_an_answer_is_outstanding(folder: Path, number: signal.Signals) -> None:
    """A client that waits for a picture which never comes does not hold it up."""
    command = [sys.executable, "-m", "sandbox", "--corpus", "photographs", "--root", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().split()[3].rstrip(",")
        ledger = get(f"{base_url}/ledger").body.decode()
        url = next(line for line in ledger.splitlines() if f'"{Failure.TIMEOUT}"' in line).split('"')[3]
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as waiting:
            waiting.sendall(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n\r\n".encode())
            time.sleep(0.2)
            os.kill(process.pid, number)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_leaving_the_block_ends_the_process(folder: Path) -> None:
    """Nothing is left behind, even when the block fails."""
    with pytest.raises(ZeroDivisionError), running(folder) as sandbox:
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(sandbox.pid, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_starter_that_is_killed_leaves_no_sandbox(folder: Path, number: signal.Signals) -> None:
    """Though its block is never left."""
    code = (
        "import pathlib, sandbox.process, sys, time\n"
        "with sandbox.process.running(pathlib.Path(sys.argv[1])) as started:\n"
        "    print(started.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        os.kill(pid, 0)
        starter.send_signal(number)
    assert have_ended(pid)


def test_a_folder_that_cannot_be_served_is_said_at_once(tmp_path: Path) -> None:
    """The starter hears what the sandbox said, without waiting for it."""
    with pytest.raises(RuntimeError, match=r"there is no .*classes\.csv"), running(tmp_path):
        pass


def test_a_port_in_use_is_said_at_once(folder: Path) -> None:
    """The message asks for another port."""
    with running(folder) as first:
        port = urlsplit(first.base_url).port or 0
        with pytest.raises(RuntimeError, match="choose another --port"), running(folder, port=port):
            pass
