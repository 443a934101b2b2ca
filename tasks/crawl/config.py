"""The crawl section of a recipe."""

from pydantic import Field, field_validator

from storage.fingerprint import NOT_IN_KEY
from tasks.crawl.limits import WebConfig
from tasks.crawl.sources.openverse import LICENSES, Openverse

Source = Openverse
"""One source of candidates, told apart by `kind`; a union as soon as there are two."""


class CrawlConfig(WebConfig):
    """Where candidates come from, which of them may be kept, and how many."""

    sources: tuple[Source, ...] = Field(min_length=1, description="Asked for every query of every neighbor category")
    licenses: tuple[str, ...] = Field(("cc0", "pdm", "by", "by-sa"), description="License ids that may be kept")
    allow_unknown_license: bool = Field(False, description="Keep pictures whose license no source states")
    per_category: int = Field(100, ge=1, le=100_000, description="Pictures to hold for each neighbor category")
    rounds: int = Field(3, ge=1, le=20, description="Rounds of fetching; each after the first fills what came up short")
    max_lost: float = Field(
        0.5, ge=0, le=1, json_schema_extra=NOT_IN_KEY,
        description="Largest share of tried URLs that may bring no picture; beyond it the stage fails",
    )  # fmt: skip
    as_of: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Date of the search; a new one asks again")

    @field_validator("licenses")
    @classmethod
    def _are_licenses(cls, licenses: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(licenses) - set(LICENSES)):
            raise ValueError(f"{', '.join(unknown)}: no license id; they are {', '.join(LICENSES)}")
        return licenses

    @property
    def reach(self) -> int:
        """The most candidates of one category that its rounds can come to."""
        return self.per_category * self.rounds
