"""What Prefect sees of the crawl stage: search by category, plan a round, fetch by host, close."""

from collections import Counter
from collections.abc import Sequence

from storage.errors import TooMuchLost
from storage.fingerprint import bucket
from storage.manifest import Part, StageFolder, read_rows
from storage.records import Candidate, Crawled, Neighbor, NoResults, StageRef
from tasks.crawl.config import CrawlConfig
from tasks.crawl.partition import fetch_partition
from tasks.crawl.plan import by_host, leftovers, merge, next_round
from tasks.crawl.search import search
from tasks.partition import Outcome, part_index, partition
from tasks.progress import counted

VERSION = 2


def _tally(rows: Sequence[Crawled]) -> Counter[str]:
    return Counter(row.reason or "fetched" for row in rows)


@partition("search", retries=2)
def search_sources(folder: StageFolder, part: str, config: CrawlConfig, neighbors: StageRef) -> Outcome:
    """Ask the sources for one partition's categories."""
    index, count = part_index(part)
    kept = [row for row in read_rows(neighbors, Neighbor) if row.reason is None and bucket(row.name, count) == index]
    offers = search(kept, config)
    offered = {offer.neighbor for offer in offers}
    silent = [NoResults(row.name, row.queries) for row in kept if row.name not in offered]
    files = [folder.write_rows(part, offers, Candidate), folder.write_rows(part, silent, NoResults)]
    return files, Counter(offered=len(offers), no_results=len(silent))


@partition("plan")
def plan_round(
    folder: StageFolder, part: str, config: CrawlConfig, offers: Sequence[Part], fetched: Sequence[Part]
) -> Outcome:
    """Choose the URLs of the next round: what the categories still lack, best ranked first."""
    done = folder.read_rows(fetched, Crawled)
    due = next_round(merge(folder.read_rows(offers, Candidate)), done, config)
    return [folder.write_rows(part, due, Candidate)], Counter(planned=len(due))


@partition("fetch")
def fetch_pictures(folder: StageFolder, part: str, config: CrawlConfig, plan: Part) -> Outcome:
    """Fetch the planned URLs of one partition's hosts into the picture store."""
    index, count = part_index(part)
    due = by_host(folder.read_rows([plan], Candidate), count)[index]
    rows = fetch_partition(due, folder.root, config, counted(f"crawl {part}", len(due)))
    return [folder.write_rows(part, rows, Crawled)], _tally(rows)


def check_fetched(folder: StageFolder, fetched: Sequence[Part], config: CrawlConfig) -> None:
    """Raise TooMuchLost where more of the tried URLs brought no picture than the recipe allows."""
    rows = folder.read_rows(fetched, Crawled)
    lost = Counter(row.reason for row in rows if row.reason)
    if lost.total() > config.max_lost * len(rows):
        reasons = ", ".join(f"{count} {reason}" for reason, count in lost.most_common(3))
        raise TooMuchLost(
            f"{lost.total()} of {len(rows)} URLs brought no picture: {reasons}",
            f"mend what these say and run again with --refresh crawl (stored pictures are not fetched again), "
            f"or raise crawl.max_lost ({config.max_lost:g})",
        )


@partition("close")
def close(
    folder: StageFolder, part: str, config: CrawlConfig, offers: Sequence[Part], fetched: Sequence[Part]
) -> Outcome:
    """Write the rows of the URLs that no round fetched, so that every URL offered has one."""
    rows = leftovers(merge(folder.read_rows(offers, Candidate)), folder.read_rows(fetched, Crawled), config)
    return [folder.write_rows(part, rows, Crawled)], _tally(rows)
