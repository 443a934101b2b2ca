"""What strangers wrote stays text on the card, in its sheets and for machines; every picture has its line."""

import csv
import dataclasses
import io
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from storage.markdown import cell, one_line
from storage.records import Auxiliary
from tasks.shard.card.croissant import croissant
from tasks.shard.card.readme import MOST, data_files, front, readme
from tasks.shard.card.survey import COLUMNS, license_name
from tests.tasks.shard.card.facts import crawled, facts, surveyed

EVIL = '=1+1|b](http://x.example) <script>alert(1)</script> `c` **d**\n---\n# e\u202e: "q" {{ x }} \\'
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _page(text: bytes) -> str:
    """As HTML, by a renderer that has tables and lets raw HTML through, as the hub's may."""
    body = text.decode().split("---\n", 2)[2]
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(body))


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_evil_names_break_nothing_on_the_card() -> None:
    """The page has the tables, links and headings of a good one, no script, and shows what was written."""
    good, evil = _page(readme(facts())), _page(readme(facts(EVIL)))
    for tag in ("<table", "<tr", "<td", "<a ", "<h1", "<h2", "<code", "<hr", "<strong", "<em"):
        assert evil.count(tag) == good.count(tag), tag
    assert "<script" not in evil
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in evil
    assert not CONTROL.search(readme(facts(EVIL)).decode())


@example("line\x85break")
@given(st.text(st.characters(codec="utf-8"), max_size=30))
@settings(max_examples=50, deadline=None)
def test_the_front_matter_is_yaml_whatever_the_recipe_is_called(text: str) -> None:
    """One document, with the fields that the hub reads."""
    matter = yaml.safe_load(front(dataclasses.replace(facts(text), recipe=text)))
    assert matter["pretty_name"] == f"Neighbor categories of {text}"
    assert matter["configs"][0]["data_files"] == [{"split": "train", "path": ["aa/shard-*.tar"]}]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=12))
@settings(max_examples=50, deadline=None)
def test_every_packed_picture_has_one_line_and_no_cell_computes(texts: list[str]) -> None:
    """In key order, with what was said of it on one line; nothing that was not packed is named."""
    rows = [crawled(number, text) for number, text in enumerate(texts)]
    data = surveyed(rows).attribution
    assert not CONTROL.search(data.decode())
    lines = _rows(data)
    assert [line["key"] for line in lines] == sorted(row.key for row in rows)
    told = {row.key: cell(row.title) for row in rows}
    assert all(line["title"] == line["creator"] == told[line["key"]] for line in lines)
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines for value in line.values())


def test_what_a_sheet_would_compute_has_an_apostrophe_before_it() -> None:
    """And nothing else is changed but what shows nothing."""
    assert cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert cell(" \t@sum") == "'@sum"
    assert cell("a = b, c") == "a = b, c"
    assert one_line("a\u202eb\nc\x00") == "a b c"


def test_counts_are_of_packed_pictures_most_first() -> None:
    """Two licenses of three pictures; a license page counts where it is one."""
    found = surveyed([crawled(1, "x", "cc0"), crawled(2, "https://cc.example/by", "by"), crawled(3, "x", "by")])
    assert found.licenses == (("by", 2), ("cc0", 1))
    assert found.sources == (("x", 2), ("https://cc.example/by", 1))
    assert found.license_urls == ("https://cc.example/by",)


@pytest.mark.parametrize(
    ("ids", "said"), [(["cc0"], "cc0-1.0"), (["cc0", "by-sa"], "cc"), (["by", "gfdl"], "other"), ([""], "other")]
)
def test_the_license_is_one_that_the_hub_knows(ids: list[str], said: str) -> None:
    """One, a family, or others too; never a freer one than a picture has."""
    held = facts(rows=[crawled(number, "x", license_id) for number, license_id in enumerate(ids)])
    assert yaml.safe_load(front(held))["license"] == said


@pytest.mark.parametrize(("count", "said"), [(999, "n<1K"), (1_000, "1K<n<10K"), (2_000_000, "1M<n<10M")])
def test_the_size_is_one_of_the_hubs_categories(count: int, said: str) -> None:
    """By the number of pictures."""
    held = dataclasses.replace(facts(), classes=(Auxiliary(0, "lime", (), count),))
    assert yaml.safe_load(front(held))["size_categories"] == [said]


def test_shards_of_several_attempts_are_named_one_by_one() -> None:
    """A pattern over the folder of a killed attempt could find tars that are no part of the data set."""
    names = ["aa/shard-000000.tar", "bb/shard-000001.tar"]
    assert data_files(facts(tars=names)) == names
    assert data_files(facts(tars=["aa/shard-000000.tar", "aa/shard-000001.tar"])) == ["aa/shard-*.tar"]


def test_a_card_of_many_classes_lists_the_largest() -> None:
    """And says that there are more."""
    many = tuple(Auxiliary(number, f"class {number}", (), number) for number in range(MOST + 5))
    text = readme(dataclasses.replace(facts(), classes=many)).decode()
    assert f"| {MOST + 4} | class {MOST + 4} |" in text
    assert "| class 4 |" not in text
    assert f"The {MOST} of {MOST + 5} with the most pictures" in text


def test_without_a_leak_guard_the_card_warns() -> None:
    """Nobody should take such pictures for clean."""
    held = dataclasses.replace(facts(), select={"leak_guard": False})
    assert "**The leak guard was off" in readme(held).decode()


def test_croissant_is_json_with_relative_paths_whatever_is_written() -> None:
    """And every reference in it leads to something that is there."""
    document = json.loads(croissant(facts(EVIL), EVIL, EVIL))
    ids = {node["@id"] for node in document["distribution"]}
    ids |= {field["@id"] for record in document["recordSet"] for field in (record, *record["field"])}
    files = [node for node in document["distribution"] if node["@type"] == "cr:FileObject"]
    assert all(not Path(node["contentUrl"]).is_absolute() and ".." not in node["contentUrl"] for node in files)
    named = re.findall(r'"(?:fileObject|fileSet|field|key)": \{\s*"@id": "([^"]+)"', json.dumps(document, indent=1))
    assert named
    assert set(named) <= ids
    attribution = next(record for record in document["recordSet"] if record["@id"] == "attribution")
    assert [field["name"] for field in attribution["field"]] == list(COLUMNS)


def test_licenses_are_called_as_people_call_them() -> None:
    """What is no id of ours keeps its source's words."""
    assert [license_name(one) for one in ("by-nc", "cc0", "pdm", "gfdl", "", "all rights reserved")] == [
        "CC BY-NC", "CC0", "Public Domain Mark", "GFDL", "unknown", "all rights reserved"
    ]  # fmt: skip
