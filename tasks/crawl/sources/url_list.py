"""A list of URLs with captions, as img2dataset reads them: Parquet, CSV or TSV."""

import asyncio
import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY, fingerprint
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.licenses import StatedLicense, agreed
from tasks.crawl.sources.base import Ask
from tasks.crawl.sources.list_files import batches, files_of
from tasks.crawl.sources.matching import matches
from tasks.crawl.web import Web

_COLUMNS = ("url", "caption", "category", "license", "license_url", "creator", "landing")


class UrlList(Section):
    """Rows of a list, in the order of the files; read in batches, so that its size does not matter."""

    kind: Literal["url_list"] = "url_list"
    name: str = Field("url_list", min_length=1, description="What its candidates say they come from")
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

    def _batches(self) -> Iterator[pa.RecordBatch]:
        wanted = {column: getattr(self, f"{column}_column") for column in _COLUMNS}
        return batches(files_of(self.path), wanted)

    def content(self) -> str:
        """A digest of the bytes of the files in their order."""
        digests = []
        for file in files_of(self.path):
            with file.open("rb") as opened:
                digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
        return fingerprint(digests)

    def _rows(self, ask: Ask) -> list[dict[str, str]]:
        matching = (
            row
            for batch in self._batches()
            for row in batch.filter(matches(batch["category"], batch["caption"], ask)).to_pylist()
        )
        return list(islice(matching, ask.skip, ask.skip + ask.limit))

    async def candidates(self, ask: Ask, _web: Web) -> list[Candidate]:
        """The rows that answer; BadInput where a file or a column is missing or cannot be read."""
        rows = await asyncio.to_thread(self._rows, ask)
        return [self._candidate(row, ask, rank) for rank, row in enumerate(rows, ask.skip) if row["url"]]

    def _candidate(self, row: dict[str, Any], ask: Ask, rank: int) -> Candidate:
        return Candidate(
            url=row["url"],
            neighbor=ask.neighbor,
            query=ask.text,
            rank=rank,
            source=self.name,
            title=row["caption"],
            creator=row["creator"],
            license=self.license or agreed(row["license"], row["license_url"]),
            license_url=row["license_url"],
            landing_url=row["landing"],
        )
