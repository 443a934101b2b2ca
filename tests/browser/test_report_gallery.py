"""The gallery of the report: every filter and kind, its pages, and the order of borderline pictures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from storage.records import Crawled, Decision, DropReason
from tests.browser.chromium import Visit
from tests.browser.report_page import PICTURES, at, counts, go
from tests.browser.report_page import reported as reported  # the fixture
from tests.browser.report_page import seen as seen  # the fixture
from tests.browser.report_rows import HOSTILE, LICENSES, SOURCES
from tests.browser.report_run import Reported

COPIES = (DropReason.LEAK, DropReason.HELD_EARLIER)

FILTERS: list[tuple[str, str, Callable[[Crawled, Decision], bool]]] = [
    ("Reason", "leak", lambda _, one: one.reason is DropReason.LEAK),
    ("Source", SOURCES[1], lambda row, _: row.source == SOURCES[1]),
    ("License", LICENSES[1], lambda row, _: row.license == LICENSES[1]),
    ("License", "", lambda row, _: not row.license),
]


@pytest.mark.parametrize(("label", "value", "holds"), FILTERS, ids=[f"{one[0]} {one[1]}" for one in FILTERS])
def test_what_is_chosen_filters_the_gallery(
    seen: Visit, reported: Reported, label: str, value: str, holds: Callable[[Crawled, Decision], bool]
) -> None:
    """As many as the rows say, and the address remembers it, so that Back undoes it."""
    go(seen.page, "Pictures")
    counts(seen.page, PICTURES)
    seen.page.get_by_label(label, exact=True).select_option(value)
    rows = reported.gathered.rows.crawled
    expected = sum(holds(rows[one.key, one.neighbor], one) for one in reported.gathered.decisions)
    assert 0 < expected < PICTURES
    counts(seen.page, expected)
    seen.page.reload()
    counts(seen.page, expected)
    seen.page.go_back()
    counts(seen.page, PICTURES)


@pytest.mark.parametrize("neighbor", ["neighbor 004", HOSTILE])
def test_the_gallery_is_filtered_by_neighbor_and_by_target(seen: Visit, reported: Reported, neighbor: str) -> None:
    """A name of strangers finds its own as any other; a target has the pictures of all its neighbors."""
    names = reported.gathered.names
    go(seen.page, "Pictures")
    seen.page.get_by_label("Neighbor", exact=True).fill(neighbor)
    seen.page.keyboard.press("Enter")
    counts(seen.page, sum(one.neighbor == neighbor for one in reported.gathered.decisions))
    (place,) = (one for one in names.neighbors if one.name == neighbor)
    target = place.parents[0]
    seen.page.get_by_label("Neighbor", exact=True).fill("")
    seen.page.keyboard.press("Enter")
    counts(seen.page, PICTURES)
    seen.page.get_by_label("Target", exact=True).fill(names.targets[target].name)
    seen.page.keyboard.press("Enter")
    its = {one.name for one in names.neighbors if target in one.parents}
    counts(seen.page, sum(one.neighbor in its for one in reported.gathered.decisions))


SHOWN: dict[str, Callable[[Decision], bool]] = {
    "All": lambda one: bool(one.key), "Kept": lambda one: one.reason is None,
    "Rejected": lambda one: one.reason is not None,
    "Duplicates": lambda one: one.reason is DropReason.DUPLICATE, "Leaks": lambda one: one.reason in COPIES,
    "Borderline": lambda one: one.reason not in (DropReason.DUPLICATE, *COPIES),
}  # fmt: skip


@pytest.mark.parametrize("which", SHOWN)
def test_the_gallery_shows_one_kind(seen: Visit, reported: Reported, which: str) -> None:
    """As many as there are, the pictures themselves drawn, copies beside what they copy."""
    go(seen.page, "Pictures")
    seen.page.get_by_role("navigation", name="Which pictures").get_by_role("link", name=which).click()
    counts(seen.page, sum(map(SHOWN[which], reported.gathered.decisions)))
    card = seen.page.locator("figure").first
    card.locator("figcaption").wait_for()
    sides = card.locator("img").evaluate_all("all => all.map(one => [one.complete, one.naturalWidth])")
    assert sides == [[True, 96]] * (2 if which in ("Duplicates", "Leaks") else 1)


def test_borderline_pictures_stand_nearest_first(seen: Visit) -> None:
    """By how far the deciding score lies from its bound, whichever side."""
    at(seen.page, "pictures?show=borderline")
    seen.page.locator("figure figcaption").nth(3).wait_for()
    bounds = seen.page.locator("figure dt:has-text('to the bound') + dd").all_inner_texts()
    near = [abs(float(one)) for one in bounds]
    assert len(near) > 3
    assert near == sorted(near)


def test_pages_of_the_gallery_are_turned(seen: Visit) -> None:
    """Every picture is on one of them, and only those near the view are filled."""
    go(seen.page, "Pictures")
    assert seen.page.locator("figure").count() == 60
    assert seen.page.locator("figure[aria-busy]").count() > 0
    seen.page.get_by_role("link", name="next page").click()
    expect(seen.page.get_by_role("navigation", name="Pages")).to_contain_text("page 2 of 6")
    at(seen.page, "pictures?page=6")
    expect(seen.page.locator("figure")).to_have_count(PICTURES - 300)
