"""Every stage of a run is seen in the Prefect UI, and a warm run adds its final table and nothing else."""

from collections import Counter
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Artifact

from flows.pipeline import extrapolate
from tests.flows.conftest import World

STAGES = {
    "targets", "neighbors", "crawl", "embed-targets", "embed", "select", "shard", "report-curation", "train", "report",
}  # fmt: skip
PAGES = {"contact-sheet", "training-curve", "summary"}


def _artifacts(name: str) -> list[Artifact]:
    with get_client(sync_client=True) as client:
        return [one for one in client.read_artifacts(limit=200) if str(one.key).startswith(f"{name}-")]


@pytest.mark.slow
def test_a_run_shows_each_stage_once_and_a_warm_one_its_summary(
    prefect_server: str, world: World, tmp_path: Path
) -> None:
    """Tables of stages, the calibration, three pages, each of a flow run; then one summary more."""
    recipe = world.recipe(tmp_path).model_copy(update={"name": "seen"})
    extrapolate(recipe)
    first = _artifacts("seen")
    assert Counter(one.key for one in first) == Counter(f"seen-{name}" for name in STAGES | PAGES | {"calibration"})
    assert all(one.flow_run_id for one in first)
    (sheet,) = [str(one.data) for one in first if one.key == "seen-contact-sheet"]
    assert "data:image/jpeg;base64," in sheet
    extrapolate(recipe)
    assert Counter(one.key for one in _artifacts("seen")) - Counter(one.key for one in first) == {"seen-summary": 1}
    summaries = [str(one.data) for one in _artifacts("seen") if one.key == "seen-summary"]
    assert ["no stage was executed" in page for page in summaries].count(True) == 1
