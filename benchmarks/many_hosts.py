"""Twenty thousand URLs on two hundred hosts: each accounted for, in flat memory, and the same after five kills.

    python -m benchmarks.many_hosts [--quick]

The pipeline crawls a URL list up to its crawl stage, as a user starts it. One run is left alone. A
second, in another data root, is killed (SIGKILL, with all its processes) at five random moments and
started again each time. Servers answer each URL alike whenever it is asked: one in six fails. Memory
is the resident set of the pipeline's own process; its decoders have a bound of their own.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from PIL import Image

from benchmarks.web.crowd import NETWORK, url_of
from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Crawled, Stage

PROJECT = Path(__file__).parent.parent
COLORS = ("amber", "copper", "cobalt", "ivory")
THINGS = ("kettle", "lantern", "saddle", "ribbon", "anchor", "barrel", "feather", "thimble", "bellows", "trowel")
NAMES = tuple(f"{color} {thing}" for color in COLORS for thing in THINGS)
CLASSES = ("tin box", "tin can")
SAMPLE_SECONDS = 0.25


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


def _recipe(work: Path, port: int, count: int) -> Path:
    """A data set of two classes, names from a file, and a list of URLs."""
    for name in CLASSES:
        for split in ("train", "val", "test"):
            folder = work / "data" / split / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 64), "gray").save(folder / "1.png")
    lines = [f"{CLASSES[number % len(CLASSES)]},{name}" for number, name in enumerate(NAMES)]
    (work / "names.csv").write_text("class,name\n" + "\n".join(lines) + "\n")
    rows = {
        "url": [url_of(number, port) for number in range(count)],
        "category": [NAMES[number // len(NAMES) % len(NAMES)] for number in range(count)],
    }
    pq.write_table(pa.table(rows), work / "urls.parquet")
    recipe = {
        "name": "crowd",
        "targets": {"root": str(work / "data")},
        "neighbors": {"provider": {"kind": "file", "path": str(work / "names.csv")}},
        "crawl": {
            "contact": "mailto:benchmark@example.org",
            "allow_networks": [NETWORK],
            "sources": [
                {
                    "kind": "url_list",
                    "path": str(work / "urls.parquet"),
                    "category_column": "category",
                    "caption_column": "category",
                    "license": "cc0",
                }
            ],
            "per_category": count,
            "pace": {"retry_seconds": 0.2},
        },
        "embed": {"encoder": {"kind": "timm", "name": "test_resnet"}},
    }
    path = work / "crowd.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path


@contextmanager
def _crowd() -> Iterator[int]:
    """The hosts, in a process of their own; their port."""
    command = [sys.executable, "-m", "benchmarks.web.crowd"]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
    try:
        yield int(process.stdout.readline() if process.stdout else "")
    finally:
        process.communicate()


def _start(recipe: Path, root: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "flows.pipeline", str(recipe), "--until", "crawl", "--data-root", str(root)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # ours


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _watch(process: "subprocess.Popen[bytes]", root: Path) -> list[float]:
    """The memory of a run while it fetches, until it ends."""
    sizes = []
    while process.poll() is None:
        if any((root / "pictures").glob("*.parquet")):
            sizes.append(_rss_mb(process.pid))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise SystemExit("the pipeline failed; its error stands above")
    return sizes


def _kill_at(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(recipe: Path, root: Path, moments: Sequence[float]) -> Outcome:
    """One run to its end, killed on its way so many seconds after each start."""
    started, kills = time.monotonic(), 0
    for seconds in moments:
        process = _start(recipe, root)
        _kill_at(process, seconds)
        kills += process.returncode == -signal.SIGKILL
    sizes = _watch(_start(recipe, root), root)
    ref = recall(str(root), "crowd", Stage.CRAWL)
    ended = Counter(row.reason or "fetched" for row in read_rows(ref, Crawled))
    fetched = ended.pop("fetched")
    return Outcome(
        sum(ended.values()) + fetched, fetched, dict(ended), read_manifest(ref.uri).ref.content,
        round(time.monotonic() - started, 1), round(sizes[len(sizes) // 2], 1), round(sizes[-1], 1),
        round(max(sizes), 1), kills,
    )  # fmt: skip


def main() -> None:
    """Print a line a run, and last one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_hosts", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="2,000 URLs and two kills")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    arguments = parser.parse_args()
    count, kills = (2_000, 2) if arguments.quick else (20_000, 5)
    out = {}
    with tempfile.TemporaryDirectory() as folder, _crowd() as port:
        work = Path(folder)
        recipe = _recipe(work, port, count)
        out["undisturbed"] = run(recipe, work / "undisturbed", [])
        print(out["undisturbed"], flush=True)
        rng = random.Random(arguments.seed)  # noqa: S311 - repeatable, no secret
        moments = [rng.uniform(0.1, 0.8) * out["undisturbed"].seconds for _ in range(kills)]
        out["killed"] = run(recipe, work / "killed", moments)
        print(out["killed"], flush=True)
    same = out["undisturbed"].content == out["killed"].content
    accounted = all(one.urls == count for one in out.values())
    told = {name: asdict(one) for name, one in out.items()}
    print(json.dumps({**told, "same_content": same, "every_url_accounted": accounted}))


if __name__ == "__main__":
    main()
