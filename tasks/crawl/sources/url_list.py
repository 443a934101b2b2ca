"""A list of URLs with captions, as img2dataset reads them: Parquet, CSV or TSV."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY, fingerprint
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.licenses import StatedLicense, agreed
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.list_files import batches, check_columns, digest_of, files_of
from tasks.crawl.sources.matching import Matcher
from tasks.crawl.sources.windows import Windows
from tasks.crawl.web import Web

_COLUMNS = ("url", "caption", "category", "license", "license_url", "creator", "landing")


class UrlList(Section):
    """Rows of a list, in the order of the files.

    It is read once for all asks of a search and in batches: its size does not matter, and memory holds a batch of
    16,384 rows and what is offered.
    """

    kind: Literal["url_list"] = "url_list"
    name: str = Field("url_list", pattern=r"^[\w.-]+$", description="What its candidates say they come from")
    path: str = Field(
        min_length=1,
        description="A Parquet, CSV or TSV file, a folder of Parquet files, or a pattern such as lists/*.parquet",
        json_schema_extra=NOT_IN_KEY,
    )
    url_column: str = Field("url", description="Column of the picture's address")
    caption_column: str | None = Field("caption", description="Column of its caption, which is its title too")
    category_column: str | None = Field(None, description="Column of its category; where it says one, no other matches")
    license_column: str | None = Field(None, description="Column of its license, in any spelling")
    license_url_column: str | None = Field(None, description="Column of its license's address")
    creator_column: str | None = Field(None, description="Column of its creator")
    landing_column: str | None = Field(None, description="Column of the page that shows it")
    license: StatedLicense = Field("", description="License id of every row, where no column says it; empty: unknown")

    @model_validator(mode="after")
    def _one_word_on_licenses(self) -> Self:
        if self.license and (self.license_column or self.license_url_column):
            raise ValueError("license is for a list without a license column: give the column or the license")
        return self

    @model_validator(mode="after")
    def _can_answer(self) -> Self:
        if not self.caption_column and not self.category_column:
            raise ValueError("no row answers without caption_column or category_column: give one of them")
        return self

    def _wanted(self) -> dict[str, str | None]:
        return {column: getattr(self, f"{column}_column") for column in _COLUMNS}

    def check(self) -> None:
        """Raises BadInput where a file or a column is missing."""
        check_columns(files_of(self.path), self._wanted())

    def content(self) -> str:
        """A digest of the bytes of the files in their order."""
        return fingerprint([digest_of(file) for file in files_of(self.path)])

    def _replies(self, asks: Sequence[Ask]) -> list[Reply]:
        matcher, windows = Matcher(asks), Windows(asks)
        offers: list[list[Candidate]] = [[] for _ in asks]
        for batch in batches(files_of(self.path), self._wanted()):
            for index, places in matcher.matches(batch["category"], batch["caption"]):
                for rank, place in windows.take(index, places.tolist()):
                    offers[index] += self._offers(batch.slice(place, 1), asks[index], rank)
            if windows.filled():
                break
        return [Reply(ask, offers[index], windows.more(index)) for index, ask in enumerate(asks)]

    async def answers(self, asks: Sequence[Ask], _web: Web) -> AsyncIterator[Reply]:
        """The rows that answer, in one pass; BadInput where a file or a column is missing or cannot be read."""
        for reply in await asyncio.to_thread(self._replies, asks):
            yield reply

    def _offers(self, row: pa.RecordBatch, ask: Ask, rank: int) -> list[Candidate]:
        [said] = row.to_pylist()
        if not said["url"]:
            return []
        license_id = self.license or agreed(said["license"], said["license_url"])
        return [
            ask.offer(
                self.name,
                rank,
                said["url"],
                license_id,
                said["license_url"],
                title=said["caption"],
                creator=said["creator"],
                landing_url=said["landing"],
            )
        ]
