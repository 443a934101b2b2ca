"""What the documentation names is there: files, symbols, fields of a recipe, and where its links lead."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote

import pytest

from tests.markdown_blocks import PAGES, PROJECT, inline, tokens, within
from tests.naming import is_field, is_file, is_symbol, is_word

SPOKEN_OF_CODE = ("CONTRIBUTING.md", "docs/architecture.md")
"""Pages whose single words in backticks are names in the code."""


def _missing(said: str) -> bool:
    """Whether a text in backticks names a file, symbol or field that is not there; no other text does."""
    return any(held is False for held in (is_file(said), is_symbol(said), is_field(said)))


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_is_named_is_there(page: str) -> None:
    """Every file with its path, every symbol with its module or class, every field with its section."""
    assert [said for said in inline(page) if _missing(said)] == []


@pytest.mark.parametrize("page", SPOKEN_OF_CODE)
def test_every_word_in_backticks_is_one_of_the_code(page: str) -> None:
    """Where a page is about the code itself."""
    words = {found[1] for said in inline(page) if (found := re.fullmatch(r"(\w+)(\(.*\))?", said))}
    assert {word for word in words if not is_word(word)} == set()


def _anchors(page: str) -> set[str]:
    """What can be linked to on a page: its headings, as GitHub writes them."""
    held = tokens(page)
    titles = [after.content for token, after in pairwise(held) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _links(page: str) -> Iterator[str]:
    """Where a page leads to within the project."""
    for kind, attribute in (("link_open", "href"), ("image", "src")):
        for token in within(page, kind):
            target = unquote(str(token.attrs[attribute]))
            if not target.startswith(("http://", "https://", "mailto:")):
                yield target


def _leads_somewhere(page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (PROJECT / page).parent.joinpath(path).resolve() if path else PROJECT / page
    if not target.exists() or not target.is_relative_to(PROJECT):
        return False
    return not anchor or anchor in _anchors(str(target.relative_to(PROJECT)))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    """To a file of this project and, where it says so, to a heading of it."""
    assert [link for link in _links(page) if not _leads_somewhere(page, link)] == []


def test_every_page_and_picture_is_linked_to() -> None:
    """From the README or from another page: nobody finds it else."""
    linked = {
        (PROJECT / page).parent.joinpath(link.partition("#")[0]).resolve() for page in PAGES for link in _links(page)
    }
    held = {path for path in (PROJECT / "docs").iterdir() if path.suffix in (".md", ".png")}
    assert held - linked == set()


@pytest.mark.parametrize(
    "said",
    [
        "flows/pipelines.py", "recipes/demos.yaml", "pipelines.py", "storage.manifest.seal_all", "flows.stages",
        "StageFolder.seal_all", "crawl.contacts", "neighbors.provider.key",
    ],
)  # fmt: skip
def test_what_is_not_there_would_be_told(said: str) -> None:
    """The check itself can fail, in each of its kinds."""
    assert _missing(said)


@pytest.mark.parametrize(
    "said",
    ["flows/pipeline.py", "tasks/<stage>/", "recipes/NAME.yaml", "openverse.py", "storage.manifest.open_stage",
     "flows.stage", "StageFolder.seal_part", "StageFolder.uri", "crawl.pace.segment_seconds", "select.scores",
     "neighbors.provider.key_variable", "index.html", "fastapi<0.151", "train/<class>/*.jpg"],
)  # fmt: skip
def test_what_is_there_is_found(said: str) -> None:
    """And what names nothing of the project is left alone."""
    assert not _missing(said)


def test_a_link_to_nowhere_would_be_told() -> None:
    """No such file, no such heading, nothing outside the project."""
    for link in ("docs/tutorials.md", "docs/faq.md#no-such-heading", "../elsewhere"):
        assert not _leads_somewhere("README.md", link)
    assert _leads_somewhere("README.md", "docs/monitoring.md#lost-runs")
