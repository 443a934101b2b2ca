"""The report of a small run, opened in a browser from its folder."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Visit, chromium, visit
from tests.browser.report_run import Reported, report_of

PICTURES = 320


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """A small run, all of whose pictures its report holds."""
    chromium()
    return report_of(tmp_path_factory.mktemp("reported"), PICTURES, PICTURES)


@pytest.fixture
def seen(reported: Reported) -> Iterator[Visit]:
    """The report's page, opened; whatever is done with it, nothing may go wrong on it."""
    with visit() as opened:
        opened.page.goto(reported.page.as_uri())
        yield opened
        assert (opened.errors, opened.failed, opened.elsewhere) == ([], [], [])
        assert opened.page.evaluate("window.harmed") is None, "a stranger's text was run"


def at(page: Page, address: str) -> None:
    """Go to a place on the page: a view and its filters."""
    page.goto(page.url.partition("#")[0] + "#" + address)


def go(page: Page, view: str) -> None:
    """Open a view by its link, and wait until that says that it is the present one."""
    link = page.get_by_role("navigation", name="Views").get_by_role("link", name=view, exact=True)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def counts(page: Page, number: int) -> None:
    """Wait until the gallery says that it has so many pictures."""
    told = re.compile(rf"^{number:,} pictures?\.")
    expect(page.locator("#view-pictures [role=status]")).to_have_text(told)
