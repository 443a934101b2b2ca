"""What a reader rejects on the report's pages is kept, and downloads as the file that a recipe names."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.chromium import Visit
from tests.browser.report_page import at
from tests.browser.report_page import reported as reported  # the fixture
from tests.browser.report_page import seen as seen  # the fixture
from tests.browser.report_rows import HOSTILE


def test_marks_are_kept_and_downloaded(seen: Visit, tmp_path: Path) -> None:
    """A picture and two neighbors, of which one is taken back; the file says which run they are of."""
    page = seen.page
    at(page, "pictures?show=kept&neighbor=neighbor+002")
    card = page.locator("figure").first
    card.get_by_role("button", name="Reject picture").click()
    assert card.get_by_role("button", name="Rejected: undo").get_attribute("aria-pressed") == "true"
    key = page.evaluate("site.get('pictures').columns.key[Number(document.querySelector('figure').dataset.place)]")
    at(page, "neighbors?target=target+1")
    rejecting = page.get_by_role("button", name="Reject neighbor")
    expect(rejecting).to_have_count(6)
    rejecting.nth(0).click()
    rejecting.nth(0).click()
    page.get_by_role("button", name="Rejected: undo").nth(1).click()
    page.reload()
    assert "Marked: 1 picture, 1 neighbor" in page.locator("#marks").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download overrides.json").click()
    download.value.save_as(tmp_path / "overrides.json")
    assert download.value.suggested_filename == "overrides.json"
    assert json.loads((tmp_path / "overrides.json").read_text()) == {
        "version": 1, "run": "generated", "pictures": [{"key": key, "neighbor": "neighbor 002"}],
        "neighbors": [HOSTILE],
    }  # fmt: skip
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#marks").inner_text() == ""
