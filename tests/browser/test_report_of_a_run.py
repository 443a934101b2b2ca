"""The report that the pipeline itself wrote of a small world, opened from its folder."""

from pathlib import Path

import pytest

from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Decision, Stage
from tests.browser.chromium import visit
from tests.browser.finished import Finished

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "views"), [("report-curation", 5), ("report", 6)])
def test_every_view_of_a_real_run_is_quiet(tiny: Finished, name: str, views: int) -> None:
    """Nothing goes wrong, nothing is asked of the network, and as many pictures are there as were judged."""
    ref = recall(tiny.data_root, "tiny", name)
    (page,) = (file for part in read_manifest(ref.uri).parts for file in part.files if file.kind == "report")
    judged = len(read_rows(recall(tiny.data_root, "tiny", Stage.SELECT), Decision))
    with visit() as seen:
        seen.page.goto(Path(ref.uri, page.name).as_uri())
        links = seen.page.get_by_role("navigation", name="Views").get_by_role("link")
        assert links.count() == views
        for view in links.all():
            view.click()
            seen.page.wait_for_load_state("networkidle")
            assert seen.page.locator(".view:visible").inner_text()
        seen.page.get_by_role("link", name="Pictures", exact=True).click()
        seen.page.locator("figure img").first.wait_for()
        assert f"{judged:,} pictures." in seen.page.locator("#view-pictures [role=status]").inner_text()
        assert (seen.errors, seen.failed, seen.elsewhere) == ([], [], [])
