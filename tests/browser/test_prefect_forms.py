"""The forms by which runs are started in the Prefect UI say what they ask, and send what flows take."""

from typing import Any

import httpx
import pytest

from flows.crawl import crawl
from flows.pipeline import extrapolate
from flows.recipe import Recipe, load_recipe
from storage.latest import recall
from storage.records import Stage
from tests.browser.chromium import visit
from tests.browser.finished import Finished
from tests.browser.forms import chosen, field, opened, submitted

pytestmark = pytest.mark.slow


def _read_back(tiny: Finished, run: dict[str, Any]) -> dict[str, Any]:
    """The run as the API has it, which waits for a worker."""
    held: dict[str, Any] = httpx.get(f"{tiny.api}/flow_runs/{run['id']}", timeout=60).json()
    assert held["state_type"] == "SCHEDULED"
    return held


def test_every_field_of_the_pipeline_has_a_title_and_says_what_it_is(tiny: Finished) -> None:
    """No parameter shows under its Python name, and none without a word on it."""
    with visit() as seen:
        opened(seen.page, tiny.form("pipeline"))
        for title, said in {
            "Recipe": "the path of a recipe's file, or all of it",
            "Until (Optional)": "The last stage that is run",
            "Refresh (Optional)": "Stages to run again though they are whole",
            "As of (Optional)": "today or YYYY-MM-DD",
        }.items():
            assert said in field(seen.page, title).inner_text(), title
        assert "list" not in field(seen.page, "Refresh (Optional)").inner_text()
        assert seen.errors == []


def test_a_form_that_is_submitted_unchanged_is_the_deployments_run(tiny: Finished) -> None:
    """What it sends is what the flow takes: the recipe of the deployment, whole, with nothing refreshed."""
    with visit() as seen:
        opened(seen.page, tiny.form("pipeline"))
        status, made = submitted(seen.page)
    assert status == 201, made
    held = _read_back(tiny, made)
    assert held["parameters"] == {"recipe": tiny.recipe, "until": "report", "refresh": [], "as_of": ""}
    taken = extrapolate.validate_parameters(held["parameters"])
    assert (taken["recipe"], taken["until"]) == (load_recipe(tiny.recipe), Stage.REPORT)


def test_what_is_chosen_in_the_form_reaches_the_run(tiny: Finished) -> None:
    """A stage of the list, two to refresh, and a day."""
    with visit() as seen:
        opened(seen.page, tiny.form("pipeline"))
        chosen(field(seen.page, "Until (Optional)"), "select")
        chosen(field(seen.page, "Refresh (Optional)"), "crawl")
        chosen(field(seen.page, "Refresh (Optional)"), "embed")
        seen.page.get_by_label("As of (Optional)").fill("2026-01-02")
        status, made = submitted(seen.page)
    assert status == 201, made
    parameters = _read_back(tiny, made)["parameters"]
    assert {name: parameters[name] for name in ("until", "refresh", "as_of")} == {
        "until": "select", "refresh": ["crawl", "embed"], "as_of": "2026-01-02",
    }  # fmt: skip


def test_a_value_out_of_bounds_makes_no_run_and_is_named(tiny: Finished) -> None:
    """The server refuses it, and the form says so at the field."""
    before = len(tiny.listed("flow_runs"))
    with visit() as seen:
        opened(seen.page, tiny.form("pipeline"))
        seen.page.get_by_label("As of (Optional)").fill("tomorrow")
        status, told = submitted(seen.page)
        assert status == 409
        assert "field 'as_of'" in told["detail"]
        field(seen.page, "As of (Optional)").get_by_text("'tomorrow' does not match").wait_for()
    assert len(tiny.listed("flow_runs")) == before


def test_a_recipe_can_be_filled_in_field_by_field(tiny: Finished) -> None:
    """What the form fills in by itself are the recipe's defaults, and one nested field that is changed is changed."""
    with visit() as seen:
        opened(seen.page, tiny.form("pipeline"))
        seen.page.get_by_role("tab", name="Recipe", exact=True).click()
        field(seen.page, "Name").get_by_role("textbox").fill("filled")
        field(field(seen.page, "Targets"), "Root").get_by_role("textbox").fill("/data/pictures")
        field(seen.page, "Contact").get_by_role("textbox").fill("mailto:a@b.org")
        field(seen.page, "Sources").get_by_role("button", name="Add item").click()
        field(seen.page, "Sources").get_by_role("tab", name="wikimedia").click()
        encoder = field(field(seen.page, "Embed"), "Encoder")
        chosen(field(encoder, "Kind"), "timm")
        field(encoder, "Name").get_by_role("textbox").fill("resnet18")
        field(encoder, "Image Size (Optional)").get_by_role("spinbutton").fill("96")
        status, made = submitted(seen.page)
    assert status == 201, made
    taken = extrapolate.validate_parameters(_read_back(tiny, made)["parameters"])["recipe"]
    assert taken == Recipe.model_validate({
        "name": "filled", "targets": {"root": "/data/pictures"}, "neighbors": {},
        "crawl": {"contact": "mailto:a@b.org", "sources": [{"kind": "wikimedia"}]},
        "embed": {"encoder": {"kind": "timm", "name": "resnet18", "image_size": 96}},
    })  # fmt: skip


def test_a_stage_can_be_run_on_a_result_by_its_folder(tiny: Finished) -> None:
    """The newest is taken where none is given; a folder stands for what its manifest says."""
    with visit() as seen:
        opened(seen.page, tiny.form("crawl"))
        names = field(seen.page, "Neighbors (Optional)")
        assert names.get_by_role("tab", name="Newest").get_attribute("aria-selected") == "true"
        ref = recall(tiny.data_root, "tiny", Stage.NEIGHBORS)
        names.get_by_role("tab", name="Folder").click()
        names.get_by_role("textbox").fill(ref.uri)
        status, made = submitted(seen.page)
    assert status == 201, made
    assert crawl.validate_parameters(_read_back(tiny, made)["parameters"])["neighbors"] == ref
