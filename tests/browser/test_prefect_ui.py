"""What a finished run looks like in the Prefect UI: its graph, its artifacts, its logs, the deployments."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.chromium import Visit, visit
from tests.browser.finished import Finished

pytestmark = pytest.mark.slow

STAGES = ["targets", "neighbors", "crawl", "embed", "select", "shard", "train", "report"]
OWN = re.compile(
    r":\d+/(completed\.svg|favicon[\w-]*\.\w+|api/task_runs/filter)\b"
    r"|^Cannot read properties of null \(reading '[xy]'\)$"
)
"""What is Prefect's own: its pages ask in vain for their tab's icon, and for the task of an artifact that a flow has
made; where a page is left while its graph is still drawn, the graph looks for a place that is no more."""

GREEN = (33, 157, 75)
"""In which the graph draws a run that is complete."""


def _went_well(seen: Visit) -> None:
    """Nothing went wrong on the page but what is Prefect's own."""
    assert [error for error in [*seen.errors, *seen.failed] if not OWN.search(error)] == []


def _widest(page: Page) -> tuple[int, int, int]:
    """The middle (x, y) and the width, in pixels of the graph, of the widest run that it draws; above its own line."""
    shown = np.asarray(Image.open(io.BytesIO(page.locator("canvas").screenshot())).convert("RGB")).astype(int)
    green = np.abs(shown[:-30] - np.array(GREEN)).sum(axis=-1) < 12
    y = int(green.sum(axis=1).argmax())
    xs = np.flatnonzero(green[y])
    return (int(xs[len(xs) // 2]), y, len(xs)) if len(xs) else (0, 0, 0)


def _graph(page: Page, url: str) -> tuple[int, int]:
    """Go to a run's page and wait until its graph stands still; where its widest node is."""
    page.goto(url)
    page.locator("canvas").wait_for()
    before = (0, 0, 0)
    for _ in range(60):
        page.wait_for_timeout(250)
        now = _widest(page)
        if now[2] > 5 and now == before:
            return now[:2]
        before = now
    raise AssertionError(f"the graph draws no run that is complete; the widest: {before}")


def test_the_graph_draws_every_stage_and_tells_of_one_that_is_clicked(tiny: Finished) -> None:
    """Its nodes are the runs of the stages, each complete."""
    with visit() as seen:
        with seen.page.expect_response(lambda response: "graph-v2" in response.url) as answer:
            x, y = _graph(seen.page, tiny.page("extrapolate tiny"))
        nodes = [node for _, node in answer.value.json()["nodes"]]
        assert sorted({node["label"].split(" / ")[0] for node in nodes}) == sorted(STAGES)
        assert {node["state_type"] for node in nodes} == {"COMPLETED"}
        assert len(nodes) == 10  # two of embed, and two reports
        seen.page.locator("canvas").click(position={"x": x, "y": y})
        told = seen.page.get_by_text("Flow Run ID", exact=True).locator(
            "xpath=ancestor::div[contains(., 'Duration')][1]"
        )
        assert any(node["id"] in told.inner_text() for node in nodes)
        assert "Completed" in told.inner_text()
        _went_well(seen)


def test_the_runs_page_lists_the_stages_with_their_names(tiny: Finished) -> None:
    """A name says which stage of which recipe it is."""
    with visit() as seen:
        seen.page.goto(f"{tiny.page('extrapolate tiny')}?tab=SubflowRuns")
        for name in ("targets tiny", "embed tiny targets", "embed tiny crawl", "train tiny"):
            seen.page.get_by_role("link", name=name).first.wait_for()
        _went_well(seen)


def test_a_stages_run_shows_its_table_and_its_lines(tiny: Finished) -> None:
    """The artifacts tab leads to the table, which says what became of the pictures; the log has counts."""
    with visit() as seen:
        seen.page.goto(f"{tiny.page('select tiny')}?tab=Artifacts")
        seen.page.locator("a[href$='/artifacts/key/tiny-select']").click()
        seen.page.locator("a[href*='/artifacts/artifact/']").first.click()
        for what in ("like another class", "kept", "out"):
            seen.page.get_by_role("cell", name=what).first.wait_for()
        seen.page.goto(f"{tiny.page('select tiny')}?tab=Logs")
        seen.page.get_by_text("select: done,").first.wait_for()
        _went_well(seen)


def test_every_stage_has_a_table_among_the_artifacts(tiny: Finished) -> None:
    """They are found by the recipe's name and the stage's."""
    keys = {str(artifact["key"]) for artifact in tiny.listed("artifacts")}
    assert {f"tiny-{stage}" for stage in STAGES} <= keys
    with visit(height=4000) as seen:
        seen.page.goto(f"{tiny.ui}/artifacts")
        for stage in STAGES:
            seen.page.get_by_text(f"tiny-{stage}", exact=True).first.wait_for()
        _went_well(seen)


def test_the_deployments_page_shows_when_the_pipeline_runs(tiny: Finished) -> None:
    """Its schedule is on."""
    with visit() as seen:
        seen.page.goto(f"{tiny.ui}/deployments")
        row = seen.page.get_by_role("row", name="pipeline")
        row.get_by_text("At 03:00 AM").wait_for()
        assert row.get_by_text("Active").is_visible()
        _went_well(seen)
