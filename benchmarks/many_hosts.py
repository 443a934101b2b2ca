"""Twenty thousand URLs on two hundred hosts: each accounted for, in flat memory, and the same after five kills.

    python -m benchmarks.many_hosts [--quick] [--seed N]

The pipeline crawls a URL list up to its crawl stage, as a user starts it. One run is left alone. A
second, in another data root, is killed (SIGKILL, with all its processes) five times and started
again each time. A kill comes once the hosts have been asked a random further number of times; all
these together are fewer than the URLs, so that every kill hits a run that fetches. Servers answer
each URL alike whenever it is asked: one in six fails.

Memory is the resident set of the pipeline's own process; its decoders have a bound of their own. It
is flat if the run that was left alone ends with at most 1.15 times of what it had when half of its
requests were made; a run that goes on after a kill has too little left to tell. Exits with 1 where
a kill did not hit, a URL is missing, the content differs, or memory grows.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.web.crowd_recipe import CROWD, write_recipe
from benchmarks.web.crowd_run import Hosts, crowd, kill_after, start, watch
from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Crawled, Stage

MOST_GROWTH = 1.15
ALONE, KILLED = "undisturbed", "killed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run: rows by how they ended, the stage's content, seconds, and memory in MB."""

    urls: int
    fetched: int
    reasons: dict[str, int]
    content: str
    seconds: float
    rss_mb_middle: float
    rss_mb_end: float
    rss_mb_peak: float
    kills: int


def waits(count: int, kills: int, seed: int) -> list[int]:
    """How many further requests each kill waits for; in all at most four fifths of the URLs."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    points = sorted(rng.sample(range(1, count * 4 // 5), kills))
    return [after - before for before, after in pairwise([0, *points])]


def faults(outcomes: Mapping[str, Outcome], count: int, kills: int) -> list[str]:
    """What did not hold."""
    alone, killed = outcomes[ALONE], outcomes[KILLED]
    missing = [name for name, one in outcomes.items() if one.urls != count]
    held = {
        f"{killed.kills} of {kills} kills hit": killed.kills == kills,
        f"not every URL is accounted for: {', '.join(missing)}": not missing,
        "the content is another one after kills": alone.content == killed.content,
        f"memory grew from {alone.rss_mb_middle} to {alone.rss_mb_end} MB": alone.rss_mb_end
        <= MOST_GROWTH * alone.rss_mb_middle,
    }
    return [said for said, well in held.items() if not well]


def run(recipe: Path, root: Path, hosts: Hosts, further: Sequence[int]) -> Outcome:
    """One run to its end, killed on its way after each of these numbers of further requests."""
    started = time.monotonic()
    kills = sum(kill_after(start(recipe, root), hosts, requests) for requests in further)
    memory = watch(start(recipe, root), hosts)
    ref = recall(str(root), CROWD, Stage.CRAWL)
    ended = Counter(row.reason or "fetched" for row in read_rows(ref, Crawled))
    total, fetched = ended.total(), ended.pop("fetched")
    return Outcome(
        total, fetched, dict(ended), read_manifest(ref.uri).ref.content, round(time.monotonic() - started, 1),
        round(memory.middle, 1), round(memory.end, 1), round(memory.peak, 1), kills,
    )  # fmt: skip


def measure(count: int, further: Sequence[int]) -> dict[str, Outcome]:
    """Both runs, each in a data root of its own."""
    outcomes = {}
    with tempfile.TemporaryDirectory() as folder, crowd() as hosts:
        recipe = write_recipe(Path(folder), hosts.port, count)
        for name, waited in ((ALONE, []), (KILLED, further)):
            outcomes[name] = run(recipe, Path(folder, name), hosts, waited)
            print(name, outcomes[name], flush=True)
    return outcomes


def main() -> None:
    """Print a line a run, and last one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_hosts", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="2,000 URLs and two kills")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    arguments = parser.parse_args()
    count, kills = (2_000, 2) if arguments.quick else (20_000, 5)
    outcomes = measure(count, waits(count, kills, arguments.seed))
    wrong = faults(outcomes, count, kills)
    print(json.dumps({**{name: asdict(one) for name, one in outcomes.items()}, "faults": wrong}))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
