"""The crawl against img2dataset on a web that misbehaves.

    python -m benchmarks.rough_web [--quick] [--grocery FOLDER] [--pictures N] [--peer-python PYTHON]

Of the URLs 10% are 404, 5% answer 429 with Retry-After 3, 2% drip a byte every 1.5 seconds, 2%
break off, 1% are huge (half a body that does not end, half a PNG of 256 million pixels); the rest
is good. A 429 holds for its whole host: until the three seconds are over every request to it is
answered 429 again and counts as a violation, unless it was read within 50 ms of the 429, since then
it was under way. Afterwards the URL is good. `obtainable` are the good and the throttled ones.

`rate` is obtainable pictures a second, from the first request until 99% of them are stored. Ours are
stored when an index of the picture store names them; the peer's when its program ends, which is
when its user may read the tar. Who never gets there is taken at its end, or where it does not end
when it is killed, with what lies whole in its tars: `reached` says which. That `rate` depends on our
patience, so `ratio` is null where the peer never got there (`peer_reached`). `ratio_while_writing` is
always given: it forgives the peer what it lost and how it ends, as our `rate` over what the peer has
in its tars until it last wrote to one. `seconds_to_99_served` is the server's own view, the same for
both: when it had answered 99% of the obtainable with a picture.

The peer retries twice, as its users do, and has its usual 256 threads, which dripping bodies take
up one by one. A body without end ends after 256 MB, so that it cannot take the machine down.
`peak_rss_mb` is of the client and all it started. Exits with 1 where ours did not get there, did not
end, or asked a host within its Retry-After, and with 2 where something is missing.
"""

import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.web import peer
from benchmarks.web.clients import two_cores
from benchmarks.web.contest import OURS, PEER, Course, both, lap, stay_off
from benchmarks.web.kinds import rough
from benchmarks.web.options import Options, Scale, parse, report
from benchmarks.web.pictures import draw
from benchmarks.web.score import STORED, against, faults, line, score

QUICK, FULL = Scale(pictures=300), Scale(pictures=2000)
PATIENT = peer.Manner(threads=256, retries=2)


def patience(pictures: int) -> float:
    """Seconds until a client that does not end is killed; several times what the pictures need."""
    return 30 + pictures / 10


def measure(options: Options, work: Path) -> dict[str, object]:
    """Both clients once, as the last line tells it."""
    python, cores, count = python_of(peer.PEER, options.peer_python), two_cores(), options.scale.pictures
    draw(work / "pictures", count, options.grocery)
    stay_off(cores)
    course, scores = Course(work / "pictures", rough(count), None, cores, patience(count)), {}
    for client in both(python, PATIENT):
        done = lap(client, course, work / client.name)
        scores[client.name] = score(done, STORED[client.name](done), course)
        print(line(client.name, scores[client.name]), flush=True)
    ours, theirs = scores[OURS], scores[PEER]
    return {
        "pictures": count, **against(ours, theirs), "faults": faults(ours),
        "requests_within_retry_after": ours.requests_within_retry_after, "peak_rss_mb": ours.peak_rss_mb,
        "finished": ours.ended_by_itself, **{name: asdict(one) for name, one in scores.items()},
    }  # fmt: skip


def main() -> None:
    """Print a line a client, and last one JSON object."""
    figures = report(measure, parse("rough_web", QUICK, FULL))
    sys.exit(bool(figures["faults"]))


if __name__ == "__main__":
    main()
