"""A copy stands beside what it copies, and the page says what became of that one."""

import pytest
from playwright.sync_api import Locator, expect

from storage.records import Decision, DropReason
from tests.browser.chromium import Visit, chromium
from tests.browser.report_page import at
from tests.browser.report_page import seen as seen  # the fixture
from tests.browser.report_run import Reported, report_of

SAID = {
    DropReason.DUPLICATE: "kept instead", DropReason.REJECTED: "rejected by hand", DropReason.LEAK: "test picture",
}  # fmt: skip


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """A small run, two of whose kept pictures were marked by hand, each with a copy."""
    chromium()
    return report_of(tmp_path_factory.mktemp("copies"), 64, 64, marked=2)


def _copy(reported: Reported, reason: DropReason) -> tuple[int, Decision]:
    """The first picture that is gone for this reason as a copy, and its place."""
    rows = enumerate(reported.gathered.shown)
    return next((place, one) for place, one in rows if one.reason is reason and one.copy_of)


def _pair(within: Locator) -> list[str]:
    pair = within.locator(".pair")
    pair.wait_for()
    assert pair.locator("img").count() == 2
    return pair.locator(".tag").all_inner_texts()


@pytest.mark.parametrize("reason", SAID)
def test_a_copy_says_what_became_of_the_other_one(seen: Visit, reported: Reported, reason: DropReason) -> None:
    """In the gallery, where it is wide before its pictures are there, and in its lineage."""
    place, one = _copy(reported, reason)
    at(seen.page, f"pictures?reason={reason}")
    card = seen.page.locator(f"figure[data-place='{place}']")
    expect(card).to_have_class("wide-card")
    card.scroll_into_view_if_needed()
    assert _pair(card) == ["this one", SAID[reason]]
    at(seen.page, f"lineage?key={one.key}")
    assert _pair(seen.page.locator("#view-lineage")) == ["this one", SAID[reason]]


def test_only_copies_are_wide(seen: Visit, reported: Reported) -> None:
    """A picture that was marked itself has nothing beside it."""
    at(seen.page, f"pictures?reason={DropReason.REJECTED}")
    cards = seen.page.locator("figure")
    expect(cards).to_have_count(4)
    wide = cards.evaluate_all("all => all.map(one => one.classList.contains('wide-card'))")
    gone = [one for one in reported.gathered.shown if one.reason is DropReason.REJECTED]
    assert wide == [bool(one.copy_of) for one in gone]
    assert sorted(wide) == [False, False, True, True]
