"""The crawl against img2dataset: pictures a second on one core, over http and over https.

    python -m benchmarks.crawl [--quick] [--grocery FOLDER] [--pictures N] [--rounds 5] [--peer-python PYTHON]

Both fetch the same pictures (mean 104 KB, 400 to 1024 pixels a side, one in twenty turned by
EXIF) from fifty addresses of a raw server on another core, resize the shorter side to 256, and
write tars of JPEGs of quality 90 with metadata and SHA-256. Over https both trust the system's
whole CA bundle and one authority more. The client and all it starts stay on one core. They run
in turn, and who begins alternates.

`rate` is from the first request that the server saw, robots.txt included, until the last tar was
written, by the same two clocks for both; `with_start` is from the start of the program to its end.
`limit` is our decode, resize and encode alone, on the same core and over the same bytes. The
peer's settings, and why they are its best, stand in `benchmarks/web/peer.py`. Exits with 2 where
something is missing.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.web import ours, peer
from benchmarks.web.certificate import issue
from benchmarks.web.clients import run, two_cores
from benchmarks.web.contest import OURS, PEER, Client, Course, Lap, both, lap, stay_off
from benchmarks.web.fidelity import psnr
from benchmarks.web.figures import Figures, Race, lines, summary
from benchmarks.web.kinds import HOSTS, smooth
from benchmarks.web.options import Options, Scale, parse, report
from benchmarks.web.outputs import compare, read_outputs
from benchmarks.web.peer import peer_python
from benchmarks.web.pictures import DISTINCT, draw

QUICK, FULL = Scale(pictures=300), Scale(pictures=3000, rounds=5)
PATIENCE = 900.0
"""Seconds after which a run is broken off."""


def _limit(course: Course, work: Path) -> float:
    log, count = work / "limit.log", min(len(course.kinds), DISTINCT)
    run(ours.limit_command(course.pictures, count), course.cores.client, {}, log, PATIENCE)
    return float(log.read_text().splitlines()[-1])


def _round(number: int, clients: Sequence[Client], course: Course, work: Path) -> dict[str, Lap]:
    """Each client once; its output replaces that of the round before."""
    laps = {}
    for client in clients if number % 2 == 0 else reversed(clients):
        shutil.rmtree(work / client.name, ignore_errors=True)
        laps[client.name] = lap(client, course, work / client.name)
    return laps


def _scheme(scheme: str, clients: Sequence[Client], course: Course, race: Race, rounds: int) -> dict[str, Lap]:
    """All rounds over one scheme; the last laps."""
    figures = race.figures[scheme] = {client.name: Figures() for client in clients}
    laps: dict[str, Lap] = {}
    for number in range(rounds):
        race.limits.append(_limit(course, course.pictures.parent))
        laps = _round(number, clients, course, course.pictures.parent)
        for name, done in laps.items():
            figures[name].add(done, len(course.kinds))
        rates = ", ".join(f"{name} {figures[name].rate[-1]:.1f}" for name in figures)
        print(f"{scheme:5} round {number + 1}: {rates}, limit {race.limits[-1]:.1f} pictures/s", flush=True)
    return laps


def _outputs(laps: Mapping[str, Lap], course: Course) -> dict[str, object]:
    """How far the clients' outputs agree; SystemExit where one of them lacks pictures."""
    outputs = {name: read_outputs(laps[name].tars) for name in (PEER, OURS)}
    for name, packed in outputs.items():
        if len(packed) != len(course.kinds):
            said = (laps[name].out / "client.log").read_text(errors="replace")[-2000:]
            raise SystemExit(f"{name} packed {len(packed)} of {len(course.kinds)} pictures; it said: {said}")
    near = psnr(outputs, course.pictures)
    return {**asdict(compare(outputs, course.pictures)), "psnr_against_area": near}


def measure(options: Options, work: Path) -> dict[str, object]:
    """The whole race, as the last line tells it."""
    python, cores, scale = peer_python(options.peer_python), two_cores(), options.scale
    (work / "tls").mkdir()
    certificates = {"http": None, "https": issue(work / "tls", HOSTS)}
    draw(work / "pictures", scale.pictures, options.grocery)
    stay_off(cores)
    race, clients, outputs = Race(), both(python, peer.Manner()), {}
    for scheme, certificate in certificates.items():
        course = Course(work / "pictures", smooth(scale.pictures), certificate, cores, PATIENCE)
        laps = _scheme(scheme, clients, course, race, scale.rounds)
    outputs = _outputs(laps, course)
    print("\n".join(lines(race)), f"outputs: {outputs}", sep="\n")
    return {"pictures": scale.pictures, "rounds": scale.rounds, **summary(race), "outputs": outputs}


def main() -> None:
    """Print a line a round, a table, and last one JSON object."""
    report(measure, parse("crawl", QUICK, FULL))


if __name__ == "__main__":
    main()
