"""Starts and ends the served web, and reads its log."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.certificate import Certificate
from benchmarks.web.kinds import OBTAINABLE, Kind, number_of, urls
from benchmarks.web.site import ROBOTS, Seen

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Log:
    """All requests in order, and the processor seconds that answering them took."""

    requests: Sequence[Seen]
    cpu_seconds: float

    @property
    def first(self) -> float:
        """When the first request was read, in seconds since the epoch."""
        return self.requests[0].at

    def served(self, kinds: Sequence[Kind]) -> dict[int, float]:
        """When each obtainable picture was first answered with itself, by number."""
        times: dict[int, float] = {}
        for seen in self.requests:
            if seen.status == 200 and seen.path != ROBOTS and kinds[number_of(seen.path)] in OBTAINABLE:
                times.setdefault(number_of(seen.path), seen.at)
        return times


@dataclass(slots=True)
class Web:
    """A running web; `log` is known once it has ended."""

    urls: list[str]
    log: Log | None = None

    def ended(self) -> Log:
        """The log of a web that has ended."""
        if self.log is None:
            raise RuntimeError("the web still runs")
        return self.log


def _command(folder: Path, kinds: Path, core: int, certificate: Certificate | None) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.web.server", "--pictures", str(folder)]
    command += ["--kinds", str(kinds), "--core", str(core)]
    if certificate:
        command += ["--chain", str(certificate.chain), "--key", str(certificate.key)]
    return command


def _read(line: str) -> Log:
    told = json.loads(line)
    return Log([Seen(**seen) for seen in told["requests"]], told["cpu_seconds"])


@contextmanager
def serving(pictures: Path, kinds: Sequence[Kind], core: int, certificate: Certificate | None = None) -> Iterator[Web]:
    """The web while the block runs, over https where there is a certificate; afterwards its log is known."""
    written = pictures.with_suffix(".kinds.json")
    written.write_text(json.dumps(kinds))
    process = subprocess.Popen(  # noqa: S603  # this very program
        _command(pictures, written, core, certificate), cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise RuntimeError("the web did not start; its error stands above")
        web = Web(urls("https" if certificate else "http", int(port), len(kinds)))
        yield web
    finally:
        process.terminate()
        told, _ = process.communicate()
    if not told:
        raise RuntimeError("the web broke off; its error stands above")
    web.log = _read(told)
