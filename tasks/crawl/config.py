"""The crawl section of a recipe."""

from collections import Counter
from typing import Annotated

from pydantic import Field, field_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from tasks.crawl.licenses import LICENSES
from tasks.crawl.limits import WebConfig
from tasks.crawl.sources.flickr import Flickr
from tasks.crawl.sources.gbif import Gbif
from tasks.crawl.sources.inaturalist import INaturalist
from tasks.crawl.sources.local import Local
from tasks.crawl.sources.openverse import Openverse
from tasks.crawl.sources.url_list import UrlList
from tasks.crawl.sources.wikimedia import Wikimedia
from vision.config import ResizeConfig

Source = Annotated[Openverse | Wikimedia | UrlList | INaturalist | Flickr | Local | Gbif, Field(discriminator="kind")]
"""One source of candidates, told apart by `kind`."""


class Budget(Section):
    """What the whole crawl may hold; shared out before each round, the rarest classes first."""

    pictures: int | None = Field(None, ge=1, description="Pictures in all")
    bytes: int | None = Field(
        None,
        ge=1,
        description="Bytes in all, as the mean size so far tells; a round may pass it by what that misjudges",
    )
    picture_bytes: int = Field(500_000, ge=1, description="What a picture is taken to weigh before any is fetched")


class CrawlConfig(WebConfig):
    """Where candidates come from, which of them may be kept, and how many."""

    sources: tuple[Source, ...] = Field(min_length=1, description="Asked for every query of every neighbor category")
    licenses: tuple[str, ...] = Field(("cc0", "pdm", "by", "by-sa"), description="License ids that may be kept")
    allow_unknown_license: bool = Field(False, description="Keep pictures whose license no source states")
    per_category: int = Field(100, ge=1, le=100_000, description="Pictures to hold for each neighbor category")
    budget: Budget = Field(default_factory=Budget, description="Bounds on the crawl as a whole")
    keep: ResizeConfig | None = Field(
        None,
        description="Hold pictures resized like this only, for who is short of disk; without it, as they were sent. "
        "`shard.resize_mode: none` then packs them as they are",
    )
    rounds: int = Field(3, ge=1, le=20, description="Rounds of fetching; each after the first fills what came up short")
    max_lost: float = Field(
        0.5, ge=0, le=1, json_schema_extra=NOT_IN_KEY,
        description="Largest share of tried URLs that may bring no picture; beyond it the stage fails",
    )  # fmt: skip
    as_of: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Date of the search; a new one asks again")

    @field_validator("sources")
    @classmethod
    def _are_told_apart(cls, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        names = Counter(source.name for source in sources)
        if twice := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"two sources are called {twice[0]}: candidates are told apart by their source's name")
        return sources

    @field_validator("licenses")
    @classmethod
    def _are_licenses(cls, licenses: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(licenses) - set(LICENSES)):
            raise ValueError(f"{', '.join(unknown)}: no license id; they are {', '.join(LICENSES)}")
        return licenses

    @field_validator("keep")
    @classmethod
    def _does_resize(cls, keep: ResizeConfig | None) -> ResizeConfig | None:
        if keep and keep.resize_mode == "none":
            raise ValueError("resize_mode none keeps pictures as they were sent: leave crawl.keep out for that")
        return keep
