"""One static page: whole, quiet, the same every time, and safe with hostile text."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Accuracy, DropReason, Split
from tasks.report.config import ReportConfig
from tasks.report.gather import gather
from tasks.report.page import Report
from tasks.report.render import render
from tests.tasks.report.stages import PICTURES, Tables, crawled, decision, finish

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp"
VOID = {"meta", "img", "br"}


class _Page(HTMLParser):
    """The page's elements and text; fails on one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _report(root: Path, text: str = "A lime", url: str = "https://pictures.example/1") -> Report:
    fields = {"title": text, "creator": text, "license": text, "license_url": url, "landing_url": url}
    rows = [crawled(1, **fields), crawled(2, "d-broken", **fields)]
    accuracy = [
        Accuracy(arm, "all", share, 3, split)
        for arm, share in (("targets_only", 0.5), ("silenced", 0.6124))
        for split in (Split.VAL, Split.TEST)
    ]
    tables = Tables(rows, [decision(rows[0]), decision(rows[1], DropReason.LEAK)], accuracy)
    return gather(text, finish(str(root), tables), PICTURES.__getitem__, ReportConfig(thumbnail=32, note=text))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A whole run."""
    return _report(tmp_path_factory.mktemp("run"))


def test_the_same_report_is_the_same_page(report: Report) -> None:
    """Same input, same bytes."""
    assert render(report) == render(report)


def test_the_page_tells_the_run(report: Report) -> None:
    """Counts, reasons, scores, accuracy and names are all there."""
    text = " ".join(_Page(render(report)).text.split())
    said = (
        "50.0 → 61.2",
        "+11.2",
        "1,234",
        "is target 1",
        "similarity 0.80",
        "61.2",
        "lime",
        "copy of test:lemon.jpg (0.97)",
        "no answer",
    )
    for words in said:
        assert words in text
    assert "cannot be shown" in text


def test_the_page_asks_the_network_for_nothing(report: Report) -> None:
    """No script, no style or picture from elsewhere; what is linked opens only when it is followed."""
    page = _Page(render(report))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "link", "audio", "video"}
    assert all(str(image["src"]).startswith("data:image/jpeg;base64,") for image in page.all("img"))
    assert all("noopener" in str(link["rel"]) for link in page.all("a") if not str(link["href"]).startswith("#"))
    assert not any("style" in attributes for _, attributes in page.elements)
    assert "url(" not in render(report)
    assert "@import" not in render(report)


def test_the_policy_lets_in_this_style_sheet_alone(report: Report) -> None:
    """The digest in the Content-Security-Policy is of the very text between the style tags."""
    html = render(report)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [
        str(meta["content"]) for meta in _Page(html).all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


@settings(max_examples=25, deadline=None)
@given(
    text=st.sampled_from([HOSTILE, "{{ 7 * 7 }}", "</bdi></style><script>", "&lt;b&gt;", "' onload='x"])
    | st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=30)
)
def test_text_from_strangers_stays_text(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A title, creator or license adds no element and no attribute, and is shown as it is."""
    calm = _Page(render(_report(tmp_path_factory.mktemp("calm"))))
    hostile = _Page(render(_report(tmp_path_factory.mktemp("hostile"), text)))
    assert [(tag, sorted(attributes)) for tag, attributes in hostile.elements] == [
        (tag, sorted(attributes)) for tag, attributes in calm.elements
    ]
    assert text in hostile.text
    assert any(image["alt"] == text for image in hostile.all("img"))


def test_a_link_that_could_run_something_is_no_link(tmp_path: Path) -> None:
    """The text stays, the address goes."""
    page = _Page(render(_report(tmp_path, url="javascript:alert(1)")))
    assert all(str(link["href"]).startswith("#") for link in page.all("a"))


def test_a_report_on_nothing_is_a_page() -> None:
    """Before anything has run the page says so."""
    empty = gather("nothing", [], PICTURES.__getitem__, ReportConfig())
    text = _Page(render(empty)).text
    assert "This is the report on the curation" in text
    assert "No picture has been judged" in text
