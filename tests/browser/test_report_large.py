"""The report of ten thousand pictures loads no more than a small one's, and holds what the recipe says."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Visit, chromium, visit
from tests.browser.report_run import Reported, report_of

pytestmark = pytest.mark.slow

PICTURES = 10_000
PAGE = 60
"""Pictures on a page of the gallery."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """Ten thousand pictures of forty neighbors and twenty targets, all on the site."""
    chromium()
    return report_of(tmp_path_factory.mktemp("large"), PICTURES, PICTURES, neighbors=40, targets=20)


@pytest.fixture
def seen(reported: Reported) -> Iterator[Visit]:
    """A browser in which nothing may go wrong."""
    with visit() as opened:
        yield opened
        assert (opened.errors, opened.failed, opened.elsewhere) == ([], [], [])
        assert opened.page.evaluate("window.harmed") is None


@pytest.mark.parametrize("view", ["overview", "pictures", "pictures?show=borderline", "neighbors", "thresholds"])
def test_a_view_asks_for_no_more_than_it_shows(seen: Visit, reported: Reported, view: str) -> None:
    """However many there are: one page of pictures, and of the files that hold them those near the screen."""
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    seen.page.goto(f"{reported.page.as_uri()}#{view}")
    if view.startswith("pictures"):
        seen.page.locator("figure img").first.wait_for()
    assert seen.page.locator("figure").count() <= PAGE
    chunks = [url for url in asked if "/pictures/" in url or "/targets/" in url]
    assert len(chunks) <= PAGE // 2


def test_every_page_of_the_gallery_holds_its_pictures(seen: Visit, reported: Reported) -> None:
    """The last one too, and a filter over all of them is told at once."""
    page = seen.page
    page.goto(f"{reported.page.as_uri()}#pictures?page=167")
    page.locator("figure img").first.wait_for()
    assert page.locator("figure").count() == PICTURES - 166 * PAGE
    page.get_by_label("Reason", exact=True).select_option("leak")
    leaks = sum(one.reason == "leak" for one in reported.gathered.decisions)
    expect(page.locator("#view-pictures [role=status]")).to_have_text(f"{leaks:,} pictures.")
