"""The crawl against img2dataset: pictures a second on one core, over http and over https.

    python -m benchmarks.crawl [--quick] [--grocery FOLDER] [--pictures N] [--rounds 5] [--peer-python PYTHON]

Both fetch the same pictures (mean 104 KB, 400 to 1024 pixels a side, one in twenty turned by
EXIF) from fifty addresses of a raw server on another core, resize the shorter side to 256, and
write tars of JPEGs of quality 90 with metadata and SHA-256. Over https both trust the system's
whole CA bundle and one authority more. The client and all it starts stay on one core. They run
in turn, and who begins alternates. A client that packs fewer pictures than were served, in whichever
run, ends the benchmark, and so do outputs that differ in size, quality, hash or orientation.

Raced is the option `crawl.keep`: a picture is decoded, resized and encoded once, in the confined
decoder, and the shards copy it; no originals are held, as the peer holds none. Where a recipe says
nothing the store holds originals, which the decoder checks, and making shards decodes, resizes and
encodes: `ratio_https_originals_kept` is that over the peer, from fewer rounds.

`rate` is from the first request that the server saw, robots.txt included, until the last tar was
written, by the same two clocks for both; `with_start` is from the start of the program to its end.
`limit` is our decode, resize and encode alone, on the same core and over the same bytes. The
peer's settings, and why they are its best, stand in `benchmarks/web/peer.py`. Exits with 2 where
something is missing.
"""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.web import ours, peer
from benchmarks.web.certificate import issue
from benchmarks.web.clients import run, two_cores
from benchmarks.web.contest import Client, Course, Lap, both, keeping_originals, lap, stay_off
from benchmarks.web.fairness import check_equal, check_whole
from benchmarks.web.figures import Figures, Race, lines, summary
from benchmarks.web.kinds import HOSTS, smooth
from benchmarks.web.options import Options, Scale, parse, report
from benchmarks.web.peer import PEER
from benchmarks.web.pictures import DISTINCT, draw

QUICK, FULL = Scale(pictures=300), Scale(pictures=3000, rounds=5)
ORIGINALS_ROUNDS = 2
"""Rounds over https in which ours that keeps originals runs too."""

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
        check_whole(client.name, laps[client.name], len(course.kinds))
    return laps


def _entrants(scheme: str, number: int, racers: Sequence[Client]) -> list[Client]:
    third = [keeping_originals()] if scheme == "https" and number < ORIGINALS_ROUNDS else []
    return [*racers, *third]


def _scheme(scheme: str, racers: Sequence[Client], course: Course, race: Race, rounds: int) -> dict[str, object]:
    """All rounds over one scheme; how far the outputs of the last one agree."""
    figures = race.figures[scheme] = defaultdict(Figures)
    for number in range(rounds):
        race.limits.append(_limit(course, course.pictures.parent))
        laps = _round(number, _entrants(scheme, number, racers), course, course.pictures.parent)
        for name, done in laps.items():
            figures[name].add(done, len(course.kinds))
        rates = ", ".join(f"{name} {figures[name].rate[-1]:.1f}" for name in laps)
        print(f"{scheme:5} round {number + 1}: {rates}, limit {race.limits[-1]:.1f} pictures/s", flush=True)
    return check_equal(laps, course)


def measure(options: Options, work: Path) -> dict[str, object]:
    """The whole race, as the last line tells it."""
    python, cores, scale = python_of(PEER, options.peer_python), two_cores(), options.scale
    (work / "tls").mkdir()
    certificates = {"http": None, "https": issue(work / "tls", HOSTS)}
    draw(work / "pictures", scale.pictures, options.grocery)
    stay_off(cores)
    race, racers, outputs = Race(), both(python, peer.Manner()), dict[str, object]()
    for scheme, certificate in certificates.items():
        course = Course(work / "pictures", smooth(scale.pictures), certificate, cores, PATIENCE)
        outputs[scheme] = _scheme(scheme, racers, course, race, scale.rounds)
    print("\n".join(lines(race)), f"outputs: {outputs}", sep="\n")
    return {"pictures": scale.pictures, "rounds": scale.rounds, **summary(race), "outputs": outputs}


def main() -> None:
    """Print a line a round, a table, and last one JSON object."""
    report(measure, parse("crawl", QUICK, FULL))


if __name__ == "__main__":
    main()
