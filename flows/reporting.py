"""The pages that a curator opens: one on the curation, before training ends, and one on the whole."""

from collections.abc import Sequence

from prefect import flow

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import report_folder
from flows.parameters import Again, GivenRecipe, Results
from flows.recipe import Recipe
from flows.stage import SIDE_BY_SIDE, found, newest, require_made_of, resumable, seal
from storage.fingerprint import fingerprint
from storage.latest import is_remembered
from storage.manifest import read_manifest
from storage.records import PIPELINE, Stage, StageRef
from tasks.report.task import write_page

MADE_OF = (
    (Stage.CRAWL, "neighbors", Stage.NEIGHBORS),
    (Stage.SELECT, "crawl", Stage.CRAWL),
    (Stage.SHARD, "select", Stage.SELECT),
    (Stage.TRAIN, "shards", Stage.SHARD),
)
"""Which stage's input, by its name there, must be another stage's newest result for one page to tell of both."""


def _newest_stages(recipe: Recipe) -> list[StageRef]:
    """The recipe's newest stages up to its shards, and its training where it has been trained."""
    names: list[Stage] = [stage for stage in PIPELINE if stage not in (Stage.TRAIN, Stage.REPORT)]
    if is_remembered(recipe.data_root, recipe.name, Stage.TRAIN):
        names.append(Stage.TRAIN)
    refs: dict[Stage, StageRef] = {stage: newest(recipe, stage, None) for stage in names}
    for made, given, source in MADE_OF:
        if made in refs:
            require_made_of(refs[made], given, refs[source])
    return list(refs.values())


def _settings(refs: Sequence[StageRef]) -> str:
    """A digest of the recipe's select section as it was when the pictures were judged, where they were."""
    return next((fingerprint(read_manifest(ref.uri).config) for ref in refs if ref.stage is Stage.SELECT), "none")


@flow(name="report", flow_run_name="report {recipe.name}", task_runner=SIDE_BY_SIDE)
@beating
def report(recipe: GivenRecipe, stages: Results = None, refresh: Again = False) -> StageRef:
    """Write the report on these stages, or on the recipe's newest ones; without training it is the curation's."""
    refs = stages or _newest_stages(recipe)
    folder = resumable(report_folder(recipe, refs, _settings(refs), refresh))
    trained = any(ref.stage is Stage.TRAIN for ref in refs)
    name = Stage.REPORT if trained else f"{Stage.REPORT}-curation"
    if whole := found(recipe, name, folder):
        return whole
    parts = collect(name, [write_page.submit(folder, "page", recipe.report, recipe.name, refs)])
    return seal(recipe, name, folder, parts, total(parts, "pages"))
