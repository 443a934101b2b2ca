"""What every source of candidates offers, and what those with a search API have in common."""

import json
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage.errors import Unreachable
from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from tasks.crawl.sources.ask import Ask, RefusedQuery, Reply
from tasks.crawl.sources.asking import ask_api
from tasks.crawl.web import Answer, Web

ApiUrl = Annotated[str, Field(pattern=r"^https?://\S+$", description="Where the API answers")]
"""The address of a search API."""


class Source(Protocol):
    """One place that offers pictures: a section of the recipe that can be asked."""

    @property
    def kind(self) -> str:
        """Which source it is, as recipes spell it."""

    @property
    def name(self) -> str:
        """What its candidates say they come from."""

    def check(self) -> None:
        """Raises BadInput where something is missing that must be there before it is asked: a key, files, columns."""

    def content(self) -> str:
        """A digest of what the source holds, where that lies in files of ours; else empty."""

    def answers(self, asks: Sequence[Ask], web: Web) -> AsyncIterator[Reply]:
        """A reply to each ask, in their order; Unreachable where it does not answer, BadInput where files fail."""


class Shape(BaseModel):
    """A part of an API's answer; what is not read is passed over, and a number may stand for its text."""

    # An answer may repeat the address that was asked, and with it a key.
    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)


S = TypeVar("S", bound=BaseModel)

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""What half a character looks like in JSON."""


def _whole(body: bytes) -> bytes:
    """The same JSON, with a question mark for each half of a character: some servers cut a text inside an emoji."""
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")


def _shaped(body: bytes, shape: type[S]) -> S:
    """What a JSON text says, in its shape; ValueError or RecursionError where it has another one."""
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        if not _HALF.search(body):
            raise
        return shape.model_validate_json(_whole(body))


def _is_of_the_query(answer: Answer) -> bool:
    """Whether an error is about the query: an API says so in JSON, a wrong base_url brings a page."""
    json = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower().endswith(("/json", "+json"))
    return answer.status == 414 or (answer.status in (400, 404, 422) and json)


class SearchApi(Section):
    """A search API; `name` is its kind."""

    kind: str
    base_url: ApiUrl
    pause_seconds: float = Field(
        1.0, ge=0, le=60, description="Between two requests of this process", json_schema_extra=NOT_IN_KEY
    )
    patience_seconds: float = Field(
        300, ge=0, description="How long it is asked again while it is busy or down", json_schema_extra=NOT_IN_KEY
    )

    @property
    def name(self) -> str:
        """What its candidates say they come from."""
        return self.kind

    def check(self) -> None:
        """Nothing: whether an API answers is seen when it is asked."""

    def content(self) -> str:
        """Nothing: what an API holds is asked for, and `crawl.as_of` says when."""
        return ""

    def status(self, answer: Answer) -> int:
        """The status of an answer as it is meant: some APIs that are busy say so under a 200."""
        return answer.status

    async def _get(self, web: Web, path: str, query: Mapping[str, str]) -> Answer:
        url = f"{self.base_url.rstrip('/')}{path}?{urlencode(query)}"
        return await ask_api(web, url, self)

    def _read(self, answer: Answer, shape: type[S]) -> S:
        """The answer in its documented shape; Unreachable where it is an error or something else."""
        where, mend = f"{self.kind} at {self.base_url}", f"check base_url and page_size of the {self.kind} source"
        if answer.status != 200:
            kind = RefusedQuery if _is_of_the_query(answer) else Unreachable
            raise kind(f"{where} refuses the search: status {answer.status}", mend)
        try:
            return _shaped(answer.body, shape)
        except ValidationError as error:
            raise Unreachable(f"{where} gives no search result: {error.errors()[0]['msg']}", mend) from error
        except (ValueError, RecursionError) as error:  # of JSON that is none
            raise Unreachable(f"{where} gives no search result: no JSON", mend) from error

    @abstractmethod
    async def reply(self, ask: Ask, web: Web) -> Reply:
        """What the API offers; RefusedQuery where it takes no such query, Unreachable where it does not answer."""

    async def answers(self, asks: Sequence[Ask], web: Web) -> AsyncIterator[Reply]:
        """One after the other: an API is asked at its own pace, however many queries there are."""
        for ask in asks:
            try:
                reply = await self.reply(ask, web)
            except RefusedQuery as refusal:
                reply = Reply(ask, (), more=False, refused=refusal)
            yield reply
