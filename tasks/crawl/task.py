"""What Prefect sees of the crawl stage: ask a source, plan a round, fetch by host, close."""

from collections import Counter
from collections.abc import Sequence

from storage.fingerprint import fingerprint
from storage.manifest import Part, StageFolder, read_rows
from storage.records import Asked, Candidate, Crawled, Neighbor, NoResults, Redirected, StageRef
from tasks.crawl.config import CrawlConfig
from tasks.crawl.partition import fetch_partition
from tasks.crawl.plan import by_host, merge
from tasks.crawl.quotas import leftovers, next_round, short
from tasks.crawl.search import asks_of, queries_of, search
from tasks.partition import Outcome, part_index, partition
from tasks.progress import Progress, counted, followed

VERSION = 5


def sources_content(config: CrawlConfig) -> str:
    """What lies in files of ours and is no part of the recipe: URL lists, pools."""
    return fingerprint([(source.name, source.content()) for source in config.sources])


def _kept(neighbors: StageRef) -> list[Neighbor]:
    return [row for row in read_rows(neighbors, Neighbor) if row.reason is None]


def _tally(rows: Sequence[Crawled]) -> Counter[str]:
    return Counter(row.reason or "fetched" for row in rows)


@partition("search")
def search_source(
    folder: StageFolder, part: str, config: CrawlConfig, neighbors: StageRef, source: int, done: Sequence[Part]
) -> Outcome:
    """Ask one source for one share of the categories that have too few candidates left; `done` is all before."""
    index, count = part_index(part)
    asked = config.sources[source]
    offers, crawled = merge(folder.read_rows(done, Candidate)), folder.read_rows(done, Crawled)
    lacking = short(_kept(neighbors), offers, crawled, config)[index::count]
    asks = asks_of(lacking, asked.name, folder.read_rows(done, Asked), config)
    offered, answers = search(asked, asks, config, counted(f"crawl {part}", len(asks)))
    files = [folder.write_rows(part, offered, Candidate), folder.write_rows(part, answers, Asked)]
    return files, Counter(asked=len(answers), offered=len(offered))


@partition("plan")
def plan_round(
    folder: StageFolder, part: str, config: CrawlConfig, neighbors: StageRef, done: Sequence[Part]
) -> Outcome:
    """Choose the URLs of the next round: what the categories still lack, best ranked first."""
    offers, crawled = merge(folder.read_rows(done, Candidate)), folder.read_rows(done, Crawled)
    due = next_round(_kept(neighbors), offers, crawled, config)
    return [folder.write_rows(part, due, Candidate)], Counter(planned=len(due))


@partition("fetch")
def fetch_pictures(folder: StageFolder, part: str, config: CrawlConfig, before: Sequence[Part]) -> Outcome:
    """Fetch one partition's hosts: the URLs of a plan, or those that other hosts have redirected here."""
    index, count = part_index(part)
    planned, moved = folder.read_rows(before, Candidate), folder.read_rows(before, Redirected)
    due = by_host([*planned, *moved], count)[index]
    progress = Progress(f"crawl {part}", len(due))
    with followed(progress, folder.stage):
        rows, elsewhere = fetch_partition(due, folder.root, config, progress.tell)
    files = [folder.write_rows(part, rows, Crawled), folder.write_rows(part, elsewhere, Redirected)]
    return files, _tally(rows) + Counter(redirected=len(elsewhere))


@partition("close")
def close(folder: StageFolder, part: str, config: CrawlConfig, neighbors: StageRef, done: Sequence[Part]) -> Outcome:
    """Write one row for every URL that was offered, in whichever round and partition it ended."""
    offers, crawled = folder.read_rows(done, Candidate), folder.read_rows(done, Crawled)
    rows = sorted([*crawled, *leftovers(merge(offers), crawled, config)], key=lambda row: row.key)
    offered = {offer.neighbor for offer in offers}
    silent = [NoResults(row.name, queries_of(row)) for row in _kept(neighbors) if row.name not in offered]
    files = [folder.write_rows(part, rows, Crawled), folder.write_rows(part, silent, NoResults)]
    return files, _tally(rows) + Counter(offered=len(rows), no_results=len(silent))
