"""A sandbox in a process of its own, for tests and benchmarks."""

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sandbox.chat_behavior import ChatBehavior
from sandbox.ledger import Truth, from_lines
from sandbox.meter import Bill
from sandbox.outage import Service

PROJECT = Path(__file__).parent.parent
STARTING = 60.0
"""Seconds that a sandbox may take until it answers."""

ENDING = 10.0
"""Seconds that it may take to end before it is killed."""


@dataclass(frozen=True, slots=True)
class Requests:
    """How often each URL, and each address, was asked."""

    urls: Mapping[str, int]
    hosts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A running sandbox: `base_url` is http://127.0.0.1:PORT, `pid` its process."""

    base_url: str
    pid: int

    @property
    def api_url(self) -> str:
        """What an OpenAI client takes as its `base_url`; the image search takes the sandbox's own."""
        return f"{self.base_url}/v1"

    def _ask(self, path: str, method: str = "GET") -> str:
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=30)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            said = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(f"{method} {path}: {said}")
        return said

    def ledger(self) -> list[Truth]:
        """What every URL truly is."""
        return from_lines(self._ask("/ledger"))

    def requests(self) -> Requests:
        """What was asked for so far."""
        return Requests(**json.loads(self._ask("/requests")))

    def bill(self) -> Bill:
        """What the language model's endpoint did so far."""
        return Bill(**json.loads(self._ask("/bill")))

    def grow(self, pictures: int, *neighbors: str) -> list[str]:
        """Offer so many new pictures, of all neighbor classes in turn or of these alone; their URLs."""
        query = urlencode([("pictures", pictures), *(("neighbor", name) for name in neighbors)])
        urls: list[str] = json.loads(self._ask(f"/grow?{query}", "POST"))
        return urls

    def fail(self, what: Service, seconds: float, status: int = 503, retry_after: float | None = None) -> None:
        """Answer with an error for so long, from the next request on; 0 seconds end it."""
        stated = [] if retry_after is None else [("retry_after", retry_after)]
        query = urlencode([("what", what), ("seconds", seconds), ("status", status), *stated])
        self._ask(f"/outage?{query}", "POST")


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> str:
    """The base address, once the sandbox has written it."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end and process.poll() is None:
        if ready.exists():
            return ready.read_text()
        time.sleep(0.02)
    raise RuntimeError(f"the sandbox did not start: {log.read_text().strip() or 'it said nothing'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    with process:  # closes the pipe
        process.terminate()
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def running(
    root: Path,
    *,
    corpus: str = "photographs",
    taxonomy: Path | None = None,
    seed: int = 0,
    port: int = 0,
    hosts: int = 50,
    chat: ChatBehavior | None = None,
) -> Iterator[SandboxProcess]:
    """A sandbox over the folder, answering when the block is entered and ended when it is left, or this process is.

    `chat` is how its language model behaves, well where it is None.
    """
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        ready, log = Path(folder, "ready"), Path(folder, "log")
        command = [sys.executable, "-m", "sandbox", "--corpus", corpus, "--root", str(root.resolve())]
        command += ["--seed", str(seed), "--port", str(port), "--hosts", str(hosts), "--ready-file", str(ready)]
        command += ["--end-with-starter"]
        if taxonomy:
            command += ["--taxonomy", str(taxonomy.resolve())]
        if chat:
            command += ["--chat", chat.model_dump_json()]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  # ourselves
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=output, stderr=output
            )
        try:
            yield SandboxProcess(_wait(process, ready, log), process.pid)
        finally:
            _end(process)
