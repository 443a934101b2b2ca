"""The report of a small run, opened in a browser from its folder."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Decision, Stage
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


def page_of(root: str, recipe: str, name: str) -> str:
    """The address of the page to open of a finished run's report, by the name that it is remembered by."""
    ref = recall(root, recipe, name)
    (page,) = (file for part in read_manifest(ref.uri).parts for file in part.files if file.kind == "report")
    return Path(ref.uri, page.name).absolute().as_uri()


def look_through(root: str, recipe: str, name: str, views: int) -> None:
    """Open every view of a run's report, which holds all pictures, and ask for those of each reason.

    Nothing may go wrong, nothing may be asked of the network, and as many pictures must be there as were judged.
    """
    ended = Counter(row.reason for row in read_rows(recall(root, recipe, Stage.SELECT), Decision))
    with visit() as seen:
        seen.page.goto(page_of(root, recipe, name))
        links = seen.page.get_by_role("navigation", name="Views").get_by_role("link")
        assert links.count() == views
        for view in links.all():
            view.click()
            seen.page.wait_for_load_state("networkidle")
            assert seen.page.locator(".view:visible").inner_text()
        at(seen.page, "pictures")
        seen.page.locator("figure img").first.wait_for()
        counts(seen.page, ended.total())
        for reason, number in ended.items():
            at(seen.page, f"pictures?reason={reason}" if reason else "pictures?show=kept")
            counts(seen.page, number)
        assert (seen.errors, seen.failed, seen.elsewhere) == ([], [], [])
