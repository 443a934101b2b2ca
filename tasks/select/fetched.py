"""What selection knows of a candidate whose picture was fetched, which is little beside what the crawl does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from storage.records import url_key
from storage.tables import from_table


@dataclass(frozen=True, slots=True)
class Fetched:
    """One candidate: its URL, the category that it was found for, and its picture with its size in pixels."""

    url: str
    neighbor: str
    digest: str
    width: int
    height: int

    @property
    def key(self) -> str:
        """The identity of the candidate, as in the crawl's rows."""
        return url_key(self.url)


def fetched(tables: Iterable[pa.Table]) -> Iterator[Fetched]:
    """The candidates of tables of Crawled rows that brought a picture, in order."""
    for table in tables:
        yield from from_table(table.filter(table["digest"].is_valid()), Fetched)
