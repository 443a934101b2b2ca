"""The report that the pipeline itself wrote of a small world, opened from its folder."""

from pathlib import Path

import pytest
import yaml

from storage.latest import recall
from storage.manifest import read_rows
from storage.records import Decision, DropReason, ShardEntry, Stage
from tests.browser.chromium import visit
from tests.browser.finished import Finished
from tests.browser.report_page import look_through, page_of
from tests.flows.commands import PROJECT, pipeline, run
from tests.flows.rewritten import written

pytestmark = pytest.mark.slow

NAME, DEMO = "tiny", PROJECT / "runs" / "demo"


@pytest.mark.parametrize(("name", "views"), [("report-curation", 5), ("report", 6)])
def test_every_view_of_a_real_run_is_quiet(tiny: Finished, name: str, views: int) -> None:
    """Nothing goes wrong, nothing is asked of the network, and as many pictures are there as were judged."""
    look_through(tiny.data_root, NAME, name, views)


@pytest.mark.parametrize(("name", "views"), [("report-curation", 5), ("report", 6)])
def test_every_view_of_the_demo_is_quiet(name: str, views: int) -> None:
    """As of the small run, where somebody has run the demo here."""
    if not (DEMO / "latest" / "demo" / f"{name}.json").is_file():
        pytest.skip("make demo has not run here")
    look_through(str(DEMO), "demo", name, views)


def _rejected(ran: Finished, file: Path) -> str:
    """The key of the first kept picture on the curation's page, which is rejected there; the marks are in the file."""
    with visit() as seen:
        page = seen.page
        page.goto(page_of(ran.data_root, NAME, "report-curation") + "#pictures?show=kept")
        page.get_by_role("button", name="Reject picture").first.click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download overrides.json").click()
        download.value.save_as(file)
        place = "Number(document.querySelector('figure').dataset.place)"
        key: str = page.evaluate(f"site.get('pictures').columns.key[{place}]")
        return key


def test_what_is_rejected_on_the_page_is_not_in_the_next_shards(tiny: Finished, tmp_path: Path) -> None:
    """A click, and the downloaded file in the recipe: select and shards are made anew, crawl and vectors are not."""
    stages = (Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD)
    before = {stage: recall(tiny.data_root, NAME, stage) for stage in stages}
    key = _rejected(tiny, tmp_path / "overrides.json")
    assert key in {row.key for row in read_rows(before[Stage.SHARD], ShardEntry)}
    sections = yaml.safe_load(Path(tiny.recipe).read_text())
    marked = {**sections, "select": {**sections.get("select", {}), "overrides": str(tmp_path / "overrides.json")}}
    recipe = written(marked, tmp_path / "marked.yaml")
    code, said = run(pipeline(recipe, tiny.data_root, Stage.SHARD), tiny.api, tmp_path / "log")
    assert code == 0, said
    after = {stage: recall(tiny.data_root, NAME, stage) for stage in stages}
    assert [stage for stage in stages if after[stage].uri != before[stage].uri] == [Stage.SELECT, Stage.SHARD]
    assert {row.reason for row in read_rows(after[Stage.SELECT], Decision) if row.key == key} == {DropReason.REJECTED}
    assert key not in {row.key for row in read_rows(after[Stage.SHARD], ShardEntry)}
