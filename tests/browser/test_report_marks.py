"""What a reader rejects on the report's pages is kept, and downloads as the whole file that a recipe names."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tasks.select.marks import Marks
from tests.browser.chromium import Visit
from tests.browser.report_marked import MARKED, REJECT, UNDO, applied_in, downloaded, kept, mark, named, said
from tests.browser.report_marked import before as before  # the fixtures
from tests.browser.report_marked import curation as curation
from tests.browser.report_marked import fresh as fresh
from tests.browser.report_marked import training as training
from tests.browser.report_page import at
from tests.browser.report_page import reported as reported  # the fixture
from tests.browser.report_page import seen as seen  # the fixture
from tests.browser.report_rows import HOSTILE
from tests.browser.report_run import Reported


def test_marks_are_kept_and_downloaded(seen: Visit, tmp_path: Path) -> None:
    """A picture and two neighbors, of which one is taken back; the file says which run they are of."""
    page = seen.page
    at(page, "pictures?show=kept&neighbor=neighbor+002")
    card = page.locator("figure").first
    card.get_by_role("button", name=REJECT).click()
    assert card.get_by_role("button", name=UNDO).get_attribute("aria-pressed") == "true"
    key = page.evaluate("site.get('pictures').columns.key[Number(document.querySelector('figure').dataset.place)]")
    at(page, "neighbors?target=target+1")
    rejecting = page.get_by_role("button", name="Reject neighbor")
    expect(rejecting).to_have_count(6)
    rejecting.nth(0).click()
    rejecting.nth(0).click()
    page.get_by_role("button", name=UNDO).nth(1).click()
    page.reload()
    assert "Marked: 1 picture, 1 neighbor" in said(page).inner_text()
    downloaded(page, tmp_path)
    assert json.loads((tmp_path / "overrides.json").read_text()) == {
        "version": 1, "run": "generated", "pictures": [{"key": key, "neighbor": "neighbor 002"}],
        "neighbors": [HOSTILE],
    }  # fmt: skip
    page.get_by_role("button", name="Undo changes").click()
    assert said(page).inner_text() == ""


def test_what_is_marked_on_one_page_of_a_run_is_marked_on_the_other(
    fresh: Visit, curation: Reported, training: Reported, tmp_path: Path
) -> None:
    """The curation's marks download from the training's page too, with the run's own and what was added there."""
    first, second = kept(curation)[:2]
    fresh.page.goto(curation.page.as_uri())
    mark(fresh.page, first, REJECT).click()
    fresh.page.goto(training.page.as_uri())
    mark(fresh.page, first, UNDO)
    mark(fresh.page, second, REJECT).click()
    expect(said(fresh.page)).to_contain_text("2 added, 0 taken back since this run")
    assert set(downloaded(fresh.page, tmp_path).pictures) == named(first, second, *applied_in(training))


def test_a_run_made_with_marks_shows_them_in_a_browser_that_knows_none(
    fresh: Visit, training: Reported, tmp_path: Path
) -> None:
    """And says that the file holds them; one more does not take their place."""
    fresh.page.goto(training.page.as_uri())
    expect(said(fresh.page)).to_contain_text(f"Marked: {MARKED} pictures, 0 neighbors")
    expect(said(fresh.page)).to_contain_text("The file holds them all, in place of the one before.")
    expect(fresh.page.get_by_role("button", name="Undo changes")).to_have_count(0)
    applied, more = applied_in(training), kept(training)[0]
    for one in applied:
        mark(fresh.page, one, UNDO)
    mark(fresh.page, more, REJECT).click()
    marks = downloaded(fresh.page, tmp_path)
    assert set(marks.pictures) == named(more, *applied)
    assert marks.neighbors == ()


def test_a_mark_of_the_run_is_taken_back(
    fresh: Visit, before: Reported, curation: Reported, training: Reported, tmp_path: Path
) -> None:
    """It stays so when the page is left, on every page of the recipe; all may be taken back; and it may be undone."""
    fresh.page.goto(training.page.as_uri())
    back, *others = applied_in(training)
    mark(fresh.page, back, UNDO).click()
    expect(said(fresh.page)).to_contain_text("0 added, 1 taken back since this run")
    fresh.page.reload()
    mark(fresh.page, back, REJECT)
    assert set(downloaded(fresh.page, tmp_path).pictures) == named(*others)
    fresh.page.goto(before.page.as_uri())
    mark(fresh.page, back, REJECT)
    fresh.page.goto(curation.page.as_uri())
    mark(fresh.page, back, REJECT)
    for one in others:
        mark(fresh.page, one, UNDO).click()
    assert downloaded(fresh.page, tmp_path) == Marks(), "none is a file, too"
    fresh.page.get_by_role("button", name="Undo changes").click()
    assert set(downloaded(fresh.page, tmp_path).pictures) == named(back, *others)


def test_an_older_page_still_knows_what_a_run_has_heard_since(
    fresh: Visit, before: Reported, training: Reported, tmp_path: Path
) -> None:
    """Marks made here and then applied are in what the page of the run before downloads."""
    applied, more = applied_in(training), kept(training)[0]
    fresh.page.goto(before.page.as_uri())
    for one in applied:
        mark(fresh.page, one, REJECT).click()
    fresh.page.goto(training.page.as_uri())
    mark(fresh.page, more, REJECT).click()
    expect(said(fresh.page)).to_contain_text("1 added, 0 taken back since this run")
    fresh.page.goto(before.page.as_uri())
    assert set(downloaded(fresh.page, tmp_path).pictures) == named(more, *applied)


def test_two_pages_that_are_open_at_once_lose_no_mark(
    fresh: Visit, curation: Reported, training: Reported, tmp_path: Path
) -> None:
    """Each hears what is marked on the other, whichever was opened first."""
    first, second = kept(curation)[:2]
    fresh.page.goto(curation.page.as_uri())
    with fresh.page.expect_popup() as opened:
        fresh.page.evaluate("address => { open(address); }", training.page.as_uri())
    other = opened.value
    told = mark(other, first, REJECT)
    mark(fresh.page, first, REJECT).click()
    expect(told).to_have_text(UNDO)
    mark(other, second, REJECT).click()
    expect(said(fresh.page)).to_contain_text(f"Marked: {MARKED + 2} pictures")
    for page in (fresh.page, other):
        assert set(downloaded(page, tmp_path).pictures) == named(first, second, *applied_in(training))
