"""What a reader sees of a piece of HTML."""

from html.parser import HTMLParser

_UNSEEN = ("script", "style")


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A bogus comment, as browsers have it; the library's own stops at sections that it does not know."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in ("br", "p", "li", "div", "td"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """The text without tags and entities, on one line."""
    seen = _Seen()
    seen.feed(html)
    seen.close()
    return " ".join("".join(seen.parts).split())
