"""The reports of a run that was made with marks, and of the run before it, and what is marked on their pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from storage.records import Decision
from tasks.select.marks import Marks, read_marks
from tests.browser.chromium import Visit, chromium, visit
from tests.browser.report_page import at
from tests.browser.report_run import Reported, report_of

MARKED = 3
REJECT, UNDO = "Reject picture", "Rejected: undo"


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The training report of a run that was made with marks, each of a picture that has a copy."""
    chromium()
    return report_of(tmp_path_factory.mktemp("training"), 64, 64, marked=MARKED)


@pytest.fixture(scope="module")
def curation(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The same run's curation report."""
    return report_of(tmp_path_factory.mktemp("curation"), 64, 64, marked=MARKED, trained=False)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The report of the recipe's run before that, which had no marks."""
    return report_of(tmp_path_factory.mktemp("before"), 64, 64)


@pytest.fixture
def fresh() -> Iterator[Visit]:
    """A browser that holds nothing; whatever is done in it, nothing may go wrong on the page."""
    with visit() as opened:
        yield opened
        assert (opened.errors, opened.failed) == ([], [])


def downloaded(page: Page, folder: Path) -> Marks:
    """The marks of the file that the page offers, as the next run reads them."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download overrides.json").click()
    assert download.value.suggested_filename == "overrides.json"
    download.value.save_as(folder / "overrides.json")
    return read_marks(str(folder / "overrides.json"), "generated")


def mark(page: Page, one: Decision, told: str) -> Locator:
    """The button of a picture, by what it must say; on the picture's lineage."""
    at(page, f"lineage?key={one.key}")
    button = page.locator("#view-lineage .subject button.mark")
    expect(button).to_have_text(told)
    return button


def kept(run: Reported) -> list[Decision]:
    """The verdicts on what is kept."""
    return [one for one in run.gathered.decisions if one.reason is None]


def named(*rows: Decision) -> set[tuple[str, str]]:
    """Pictures as a file of marks names them."""
    return {(one.key, one.neighbor) for one in rows}


def applied_in(run: Reported) -> list[Decision]:
    """The verdicts on the pictures that were marked."""
    marks = {(one.key, one.neighbor) for one in run.gathered.marks}
    return [one for one in run.gathered.decisions if (one.key, one.neighbor) in marks]


def said(page: Page) -> Locator:
    """What the page says of all marks."""
    return page.locator("#marks")
