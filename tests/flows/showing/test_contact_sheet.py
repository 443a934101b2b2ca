"""The contact sheet shows some of what was kept and of each reason, within its bounds."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from flows.showing import contact_sheet
from flows.showing.contact_sheet import SAMPLES, SIDE, sheet
from storage.records import Decision, DropReason, url_key
from tests.tasks.report.stages import PICTURES, crawled, decision
from vision.inline import data_uri

ROWS = [crawled(number, title="<b>Trap</b>", creator="[x](http://evil.example)") for number in range(30)]
KEPT = [decision(row) for row in ROWS[:20]]
TWIN = replace(decision(ROWS[20], DropReason.DUPLICATE), copy_of=url_key(ROWS[0].url), copy_score=0.99)
FAR = replace(decision(ROWS[21], DropReason.UNLIKE_PARENTS, 0.12), detail="similarity 0.120 under 0.215")
DECISIONS = [*KEPT, TWIN, FAR]

Read = Callable[[str], bytes]


def _sheet(decisions: list[Decision], read: Read = PICTURES.__getitem__) -> str:
    return sheet(decisions, ROWS, [], read)


def _section(page: str, way: str) -> str:
    return page.partition(f"### {way}: ")[2].partition("###")[0]


def test_every_way_to_end_has_its_count_and_some_pictures() -> None:
    """Kept ones first; of many a few, with category, score and why."""
    page = _sheet(DECISIONS)
    assert re.findall(r"^### (.*)$", page, re.MULTILINE) == ["kept: 20", "unlike parents: 1", "duplicate: 1"]
    assert _section(page, "kept").count("![](data:image/jpeg;base64,") == SAMPLES
    far = _section(page, "unlike parents")
    assert "**lime**<br>similarity 0.12<br>similarity 0.120<br>under 0.215" in far


def test_below_a_copy_stands_what_it_copies() -> None:
    """Two pictures in one cell."""
    image = f"![]({data_uri(PICTURES['d-green'], SIDE)})"
    section = _section(_sheet(DECISIONS), "duplicate")
    assert f"{image}<br>{image} |" in section
    assert "copy, 0.99, of<br>another candidate" in section


def test_what_strangers_wrote_is_left_out() -> None:
    """Title and creator come from the web."""
    page = _sheet(DECISIONS)
    assert "Trap" not in page
    assert "evil" not in page


def test_a_name_with_markup_is_text() -> None:
    """The category comes from a language model."""
    page = _sheet([replace(KEPT[0], neighbor="<img src=x>"), *KEPT[1:3]])
    assert r"\<img src=x\>" in page


def test_a_picture_that_cannot_be_decoded_is_said_to_be_none() -> None:
    """A stored picture may be one that embed could not read."""
    page = _sheet([decision(ROWS[0], DropReason.UNREADABLE)], lambda _: b"no picture")
    assert "| (no picture) |" in page


def test_a_full_sheet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no room is counted, and the page stays within its bound."""
    whole = len(_sheet(DECISIONS))
    monkeypatch.setattr(contact_sheet, "MOST_BYTES", whole - 1000)
    page = _sheet(DECISIONS)
    assert len(page) < whole - 1000
    assert "### duplicate: 1\n\nNo room" in page


def test_a_slow_store_ends_the_pictures_and_not_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the time is over no further picture is read."""
    monkeypatch.setattr(contact_sheet, "MOST_SECONDS", -1.0)
    read: list[str] = []
    page = _sheet(DECISIONS, lambda digest: read.append(digest) or b"")  # type: ignore[func-returns-value]
    assert read == []
    assert page.count("No room") == 3
