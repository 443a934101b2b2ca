"""Our side: fetch, resize, encode, write tars.

    python -m benchmarks.web.ours URLS OUT [--originals]    # what a benchmark runs: tars below OUT/tars
    python -m benchmarks.web.ours --limit PICTURES COUNT    # decode, resize and encode alone

What is raced keeps no originals, as the peer keeps none (`crawl.keep`); with --originals the store
holds them, and pictures are resized when they are packed, as is done where a recipe says nothing.
The stages' own functions without the orchestrator, which the peer has none of either. Every
protection is on: robots.txt, address guard, limits, pauses; only the network is let in.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.web.kinds import NETWORK, number_of
from benchmarks.web.peer import PER_SHARD, QUALITY, SIDE
from benchmarks.web.pictures import path_of
from storage import tables
from storage.pictures import FOLDER, INDEX, PictureStore
from storage.records import Candidate, Crawled, Decision, Neighbor, Relation
from storage.tables import to_table
from tasks.crawl.config import CrawlConfig
from tasks.crawl.partition import fetch_through
from tasks.crawl.sources.openverse import Openverse
from tasks.shard.config import ShardConfig
from tasks.shard.pack import kept_of, pack_shard, plan
from vision.config import ResizeConfig
from vision.resize import resize

NEIGHBOR = Neighbor("benchmark", (0,), Relation.LOOKALIKE, (), "", None, "", "", "")
KEEP = ResizeConfig(resize_mode="keep_ratio", image_size=SIDE, quality=QUALITY)
SHARDS = ShardConfig(resize_mode="none", per_shard=PER_SHARD)
CRAWL = CrawlConfig(
    sources=(Openverse(),),  # required, and never asked: the URLs are given
    contact="mailto:benchmark@example.org",
    allow_networks=(NETWORK,),
    keep=KEEP,  # the peer keeps no originals either
)


ORIGINALS_CRAWL = CRAWL.model_copy(update={"keep": None})
ORIGINALS_SHARDS = ShardConfig(**KEEP.model_dump(), per_shard=PER_SHARD)


def _candidate(url: str, rank: int) -> Candidate:
    return Candidate(url, NEIGHBOR.name, NEIGHBOR.name, rank, "list", "", "", "cc0", "", url)


def _pack(rows: Sequence[Crawled], store: PictureStore, out: Path, shards: ShardConfig) -> None:
    decisions = [Decision(row.key, NEIGHBOR.name, row.digest, None, 1.0, "", 0.0, "") for row in rows if row.digest]
    out.mkdir()
    kept = kept_of([to_table(decisions, Decision)])
    for number, items in plan([NEIGHBOR], [to_table(rows, Crawled)], kept, shards).items():
        read_picture = store.reader(item.decision.digest for item in items)
        tar, _ = pack_shard(f"{number:05d}.tar", items, read_picture, shards)
        (out / f"{number:05d}.tar").write_bytes(tar)


def crawl(urls: Sequence[str], out: Path, originals: bool = False) -> list[Crawled]:
    """Fetch the URLs and write tars of resized pictures below `out / "tars"`; a row a URL."""
    config, shards = (ORIGINALS_CRAWL, ORIGINALS_SHARDS) if originals else (CRAWL, SHARDS)
    rows = fetch_through([_candidate(url, rank) for rank, url in enumerate(urls)], str(out), config)
    _pack(rows, PictureStore(str(out)), out / "tars", shards)
    return rows


def when_stored(out: Path) -> dict[int, float]:
    """When each picture below `out` was safe in the store, in seconds since the epoch, by number.

    That is when the index that names it was written, up to `segment_seconds` after it came.
    """
    return {
        number_of(url): path.stat().st_mtime
        for path in (out / FOLDER).glob(f"*{INDEX}")
        for url in tables.read_table(str(path))["url"].to_pylist()
    }


def limit(pictures: Path, count: int) -> float:
    """Pictures a second that are decoded, resized and encoded when nothing else is to do."""
    data = [path_of(pictures, number).read_bytes() for number in range(count)]
    started = time.perf_counter()
    for one in data:
        resize(one, KEEP.size)
    return count / (time.perf_counter() - started)


def command(urls: Path, out: Path) -> list[str]:
    """The command line of one job; it leaves tars below `out / "tars"` and how URLs ended in `out / "reasons.json"`."""
    return [sys.executable, "-m", "benchmarks.web.ours", str(urls), str(out)]


def originals_command(urls: Path, out: Path) -> list[str]:
    """The same where originals are kept."""
    return [*command(urls, out), "--originals"]


def limit_command(pictures: Path, count: int) -> list[str]:
    """The command line that prints the limit, in pictures a second."""
    return [sys.executable, "-m", "benchmarks.web.ours", "--limit", str(pictures), str(count)]


def main() -> None:
    """One job in this process, as the command line says."""
    if sys.argv[1] == "--limit":
        print(limit(Path(sys.argv[2]), int(sys.argv[3])))
        return
    urls, out = Path(sys.argv[1]), Path(sys.argv[2])
    rows = crawl(urls.read_text().split(), out, originals="--originals" in sys.argv)
    (out / "reasons.json").write_text(json.dumps(Counter(row.reason or "fetched" for row in rows)))


if __name__ == "__main__":
    main()
