"""One client against one web: what it took, by one notion of time for all clients."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.web import ours, peer
from benchmarks.web.certificate import Certificate
from benchmarks.web.clients import Cores, Ran, run
from benchmarks.web.kinds import Kind
from benchmarks.web.serving import Log, serving

OURS, PEER, ORIGINALS = "ours", "img2dataset", "ours, originals kept"


@dataclass(frozen=True, slots=True)
class Client:
    """A program that fetches a list of URLs into tars below `out / "tars"`."""

    name: str
    command: Callable[[Path, Path], Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """What a client is run against; `limit` is in seconds."""

    pictures: Path
    kinds: Sequence[Kind]
    certificate: Certificate | None
    cores: Cores
    limit: float


@dataclass(frozen=True, slots=True)
class Lap:
    """One run: how it ended, what the web saw, and where its output lies."""

    ran: Ran
    log: Log
    out: Path

    @property
    def tars(self) -> Path:
        """The folder of its tars."""
        return self.out / "tars"

    @property
    def seconds(self) -> float:
        """From the first request that the web saw until the last tar was written, or to the end where there is none."""
        return max((tar.stat().st_mtime for tar in self.tars.glob("*.tar")), default=self.ran.ended) - self.log.first

    @property
    def server_busy(self) -> float:
        """The share of that time in which the server's processor was busy; near 1 it is what was measured."""
        return self.log.cpu_seconds / self.seconds


def both(python: Path, manner: peer.Manner) -> list[Client]:
    """The peer, run by its own python, and ours."""

    def fetch(urls: Path, out: Path) -> list[str]:
        return peer.command(python, manner, urls, out / "tars")

    return [Client(PEER, fetch, peer.ENVIRONMENT), Client(OURS, ours.command)]


def keeping_originals() -> Client:
    """Ours as it is where a recipe says nothing: the peer has nothing like it."""
    return Client(ORIGINALS, ours.originals_command)


def stay_off(cores: Cores) -> None:
    """Keep this process on the server's processor, away from the client's."""
    os.sched_setaffinity(0, {cores.server})


def lap(client: Client, course: Course, out: Path) -> Lap:
    """Run the client against a fresh web; `out` is a folder that does not exist yet."""
    out.mkdir(parents=True)
    trust = {"SSL_CERT_FILE": str(course.certificate.bundle)} if course.certificate else {}
    with serving(course.pictures, course.kinds, course.cores.server, course.certificate) as web:
        urls = out / "urls.txt"
        urls.write_text("\n".join(web.urls))
        environment = {**client.environment, **trust}
        ran = run(client.command(urls, out), course.cores.client, environment, out / "client.log", course.limit)
    return Lap(ran, web.ended(), out)
