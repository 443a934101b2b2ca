"""One look over what was packed: whom each picture is by, and how many are of which source and license."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from storage.markdown import cell, one_line
from storage.records import Crawled, ShardEntry
from storage.tables import from_table

ATTRIBUTION = "ATTRIBUTION.csv"
COLUMNS = (
    "key", "label", "class", "title", "creator", "source_page", "license", "license_url", "source", "url", "shard",
)  # fmt: skip
"""Of the attribution file: what licenses ask to be said of a picture, and where it lies."""

_BATCH = 50_000  # rows of a crawl that are held at a time
_NAMES = {"cc0": "CC0", "pdm": "Public Domain Mark", "": "unknown"}
_OTHER = ("fal", "gfdl", "ogl")


@dataclass(frozen=True, slots=True)
class Survey:
    """`attribution` is a CSV file in key order, one line a packed picture; the rest counts them, most first."""

    attribution: bytes
    sources: tuple[tuple[str, int], ...]
    licenses: tuple[tuple[str, int], ...]
    license_urls: tuple[str, ...]


def license_name(license_id: str) -> str:
    """How a license is called by people; what no id is known for is called as its source does."""
    if license_id in _NAMES:
        return _NAMES[license_id]
    named = license_id in _OTHER or license_id.startswith(("by", "nc", "sampling"))
    return license_id if not named else license_id.upper() if license_id in _OTHER else f"CC {license_id.upper()}"


def packed(entries: Sequence[ShardEntry], crawled: Iterable[pa.Table]) -> Iterator[tuple[ShardEntry, Crawled]]:
    """Every packed picture beside where it came from, in no order; a part of the crawl is held at a time."""
    wanted = {(entry.key, entry.neighbor): entry for entry in entries}
    batches = (table.slice(start, _BATCH) for table in crawled for start in range(0, table.num_rows, _BATCH))
    for batch in batches:
        for row in from_table(batch.filter(batch["digest"].is_valid()), Crawled):
            if entry := wanted.get((row.key, row.neighbor)):
                yield entry, row


def _line(entry: ShardEntry, row: Crawled, label: int) -> str:
    cells = (
        entry.key, label, row.neighbor, row.title, row.creator, row.landing_url, license_name(row.license),
        row.license_url, row.source, row.url, entry.shard,
    )  # fmt: skip
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(map(cell, cells))
    return written.getvalue()


def _most_first(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def survey(entries: Sequence[ShardEntry], crawled: Iterable[pa.Table], labels: Mapping[str, int]) -> Survey:
    """What the card says of the packed pictures; `labels` are the numbers of the classes by name."""
    lines, sources, licenses, urls = list[str](), Counter[str](), Counter[str](), Counter[str]()
    for entry, row in packed(entries, crawled):
        lines.append(_line(entry, row, labels[entry.neighbor]))
        sources[row.source] += 1
        licenses[row.license] += 1
        urls[one_line(row.license_url)] += 1
    lines.sort()  # each begins with its key
    text = ",".join(COLUMNS) + "\n" + "".join(lines)
    pages = tuple(url for url, _ in _most_first(urls) if url.startswith(("http://", "https://")))
    return Survey(text.encode(), _most_first(sources), _most_first(licenses), pages)
