"""What every source of candidates offers, and what those with a search API have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage.errors import Unreachable
from storage.fingerprint import NOT_IN_KEY
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.sources.asking import ask_api
from tasks.crawl.web import Answer, Web


@dataclass(frozen=True, slots=True)
class Ask:
    """One query for one neighbor category: its results `skip` to `skip + limit`, of these licenses (empty: any).

    Results are counted as the source ranks them, those without a usable URL included.
    """

    text: str
    neighbor: str
    limit: int
    licenses: tuple[str, ...]
    skip: int = 0


class Source(Protocol):
    """One place that offers pictures: a section of the recipe that can be asked."""

    @property
    def kind(self) -> str:
        """Which source it is, as recipes spell it."""

    @property
    def name(self) -> str:
        """What its candidates say they come from."""

    def content(self) -> str:
        """A digest of what the source holds, where that lies in files of ours; else empty."""

    async def candidates(self, ask: Ask, web: Web) -> list[Candidate]:
        """What the source offers, in its own order; Unreachable where it does not answer, BadInput where files fail."""


class Shape(BaseModel):
    """A part of an API's answer; what is not read is passed over, and a number may stand for its text."""

    # An answer may repeat the address that was asked, and with it a key.
    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)


S = TypeVar("S", bound=BaseModel)


class SearchApi(Section):
    """A search API; `name` is its kind."""

    kind: str
    base_url: str = Field(pattern=r"^https?://\S+$", description="Where the API answers")
    pause_seconds: float = Field(
        1.0, ge=0, le=60, description="Between two requests of this process", json_schema_extra=NOT_IN_KEY
    )

    @property
    def name(self) -> str:
        """What its candidates say they come from."""
        return self.kind

    def content(self) -> str:
        """Nothing: what an API holds is asked for, and `crawl.as_of` says when."""
        return ""

    async def _get(self, web: Web, path: str, query: Mapping[str, str]) -> Answer:
        url = f"{self.base_url.rstrip('/')}{path}?{urlencode(query)}"
        return await ask_api(web, url, self.base_url, self.pause_seconds)

    def _read(self, answer: Answer, shape: type[S]) -> S:
        """The answer in its documented shape; Unreachable where it is an error or something else."""
        where, mend = f"{self.kind} at {self.base_url}", f"check base_url and page_size of the {self.kind} source"
        if answer.status != 200:
            raise Unreachable(f"{where} refuses the search: status {answer.status}", mend)
        try:
            return shape.model_validate_json(answer.body)
        except ValidationError as error:
            raise Unreachable(f"{where} gives no search result: {error.errors()[0]['msg']}", mend) from error
