"""A private PostgreSQL server from Debian's package, for a Prefect server in a test."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian's package puts its programs, a folder for each version."""

ACCOUNTS = ("postgres", "nobody")
"""Who may run the server where the tests are root's, which PostgreSQL refuses to be run by."""

STARTING = 120.0
"""Seconds until it answers."""

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=100")


def _programs() -> Path | None:
    """The folder of its programs, of the newest version that is installed."""
    found = [path.parent for path in INSTALLED.glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0, default=None)


def _account() -> str | None:
    """The unprivileged account to run it as; None for the tests' own."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ACCOUNTS if name in known)


def free_port() -> int:
    """A port of loopback that nothing listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def lacking() -> str:
    """Why there is no PostgreSQL here; empty where there is one."""
    return "" if _programs() else "no PostgreSQL is installed (apt-get install postgresql)"


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _run(command: list[str], folder: Path, account: str | None) -> None:
    subprocess.run(command, cwd=folder, user=account, check=True, capture_output=True)


def _start(programs: Path, folder: Path, port: int, account: str | None) -> subprocess.Popen[bytes]:
    settings = [f"listen_addresses=127.0.0.1 port={port} unix_socket_directories={folder}".split(), list(QUICK)]
    words = [word for group in settings for setting in group for word in ("-c", setting)]
    with (folder / "log").open("wb") as out:
        return subprocess.Popen(
            [str(programs / "postgres"), "-D", str(folder / "data"), *words],
            cwd=folder, user=account, stdout=out, stderr=out,
        )  # fmt: skip


@contextmanager
def postgres() -> Iterator[str]:
    """The connection URL of an empty database, for PREFECT_SERVER_DATABASE_CONNECTION_URL, while the block runs.

    Its files lie in a folder of its own: those of pytest are closed to other accounts. Ask `lacking` first.
    """
    programs, account, port = _programs(), _account(), free_port()
    assert programs, lacking()
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, account)
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "prefect", "-A", "trust", "-E", "UTF8"]
        _run([*initdb, "--no-sync", "--locale", "C"], folder, account)
        server, end = _start(programs, folder, port, account), time.monotonic() + STARTING
        try:
            while not _answers(port):
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.05)
            made = [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "prefect", "prefect"]
            _run(made, folder, account)
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait(30)
