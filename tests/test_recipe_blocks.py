"""Every section of a recipe that the documentation shows is one: put into a small recipe, it makes a whole one."""

import re
import typing
from collections.abc import Iterator

import pytest
import yaml
from pydantic import ValidationError

from flows.recipe import Recipe
from tasks.crawl.config import Source
from tasks.neighbors.config import Provider
from tasks.neighbors.providers.listed import read_lines
from tests.markdown_blocks import PAGES, blocks, indented

SMALL = {
    "name": "small",
    "targets": {"root": "pictures"},
    "neighbors": {},
    "crawl": {"contact": "mailto:you@example.org", "sources": [{"kind": "openverse"}]},
    "embed": {"encoder": {"kind": "timm", "name": "resnet18"}},
}
"""The least that a recipe must say."""

SECTION = re.compile(r"^(?=\w+:)", re.MULTILINE)

Section = tuple[str, str, str]
"""The page, the name of the section, and its text."""


def _texts(page: str) -> Iterator[str]:
    yield from blocks(page, "yaml")
    yield from (block for block in indented(page) if re.match(r"\w+:( |\n)", block))


def _sections() -> Iterator[Section]:
    """Each by itself: one block may show several, or one field in several ways."""
    for page in PAGES:
        for text in _texts(page):
            yield from ((page, part.partition(":")[0], part) for part in SECTION.split(text) if part)


SECTIONS = list(_sections())


def _recipe(text: str) -> Recipe:
    return Recipe.model_validate({**SMALL, **yaml.safe_load(text)})


def _kinds(page: str, name: str) -> set[str]:
    """The kinds of provider or source that a page's sections name."""
    held = [_recipe(text) for where, section, text in SECTIONS if (where, section) == (page, name)]
    if name == "crawl":
        return {source.kind for recipe in held for source in recipe.crawl.sources}
    return {recipe.neighbors.provider.kind for recipe in held}


def _all_kinds(choice: object) -> set[str]:
    """Those among which a recipe chooses."""
    sections = typing.get_args(typing.get_args(choice)[0])
    return {kind for section in sections for kind in typing.get_args(section.model_fields["kind"].annotation)}


@pytest.mark.parametrize(
    "section", SECTIONS, ids=[f"{page}-{name}-{place}" for place, (page, name, _) in enumerate(SECTIONS)]
)  # fmt: skip
def test_the_section_is_one_of_a_recipe(section: Section) -> None:
    """By the very models that a run checks it with."""
    _recipe(section[2])


def test_every_source_has_a_how_to_and_so_has_every_provider() -> None:
    """With a section that works, under a heading of its own."""
    assert _kinds("docs/sources.md", "crawl") == _all_kinds(Source)
    assert _kinds("docs/providers.md", "neighbors") == _all_kinds(Provider)


def test_the_names_file_that_is_shown_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each row with its class, and queries apart."""
    [text] = blocks("docs/providers.md", "csv")
    path = tmp_path_factory.mktemp("names") / "neighbors.csv"
    path.write_text(text)
    lines = [line for _, line in read_lines(str(path))]
    assert [(line.of, line.relation, line.queries) for line in lines] == [
        ("Lemon", "sibling", ("lime fruit", "green limes")),
        ("Plum", "lookalike", ()),
    ]


def test_a_section_that_is_none_would_be_told() -> None:
    """The check itself can fail."""
    with pytest.raises(ValidationError, match="contacts"):
        _recipe("crawl: { contacts: mailto:you@example.org, sources: [{ kind: openverse }] }")
