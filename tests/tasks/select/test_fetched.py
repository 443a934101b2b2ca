"""Selection hears of what was fetched, and of nothing else."""

from storage.records import Crawled, FetchReason
from storage.tables import to_table
from tasks.select.fetched import Fetched, fetched


def _crawled(number: int, digest: str | None, reason: FetchReason | None) -> Crawled:
    url = f"https://pictures.example/{number}"
    return Crawled(url, "lime", "lime", number, "test", "t", "c", "by", "", "", digest, reason, "", 9, 96, 64)


def test_what_was_not_fetched_is_no_candidate() -> None:
    """Of every table the rows with a picture, in order, under the keys that the crawl gave them."""
    rows = [_crawled(0, "a", None), _crawled(1, None, FetchReason.TIMEOUT), _crawled(2, "b", None)]
    found = list(fetched([to_table(rows[:2], Crawled), to_table(rows[2:], Crawled), to_table([], Crawled)]))
    assert found == [Fetched(row.url, "lime", row.digest, 96, 64) for row in rows if row.digest]
    assert [row.key for row in found] == [rows[0].key, rows[2].key]
