"""What Wikimedia Commons answers, as its documentation has it; every field of a file may be missing."""

from collections.abc import Mapping

from pydantic import Field

from tasks.crawl.sources.base import Shape
from tasks.crawl.sources.markup import plain_text


class Value(Shape):
    """One field of a file's metadata, which holds HTML."""

    value: str | None = None


class Info(Shape):
    """One version of a file."""

    url: str | None = None
    thumburl: str | None = None
    descriptionurl: str | None = None
    mime: str | None = None
    extmetadata: dict[str, Value] | list[None] | None = None

    def said(self, field: str) -> str:
        """The text of a field of its metadata, empty where there is none."""
        fields = self.extmetadata if isinstance(self.extmetadata, dict) else {}
        return plain_text(fields[field].value or "") if field in fields else ""


class File(Shape):
    """One file, and its place in the search."""

    index: int = 0
    title: str = ""
    imageinfo: list[Info] | None = None

    @property
    def place(self) -> tuple[str, int]:
        """What it is known by in every answer for its page."""
        return self.title, self.index


class Query(Shape):
    """One page of files, in the order of their numbers."""

    pages: tuple[File, ...] = ()


class Error(Shape):
    """What the API does not do."""

    code: str = ""


class Answer(Shape):
    """What a search answers; `further` is what goes on where this answer ends."""

    batchcomplete: bool = False
    query: Query = Query()
    error: Error | None = None
    further: Mapping[str, str] | None = Field(None, alias="continue")
