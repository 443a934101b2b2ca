"""The pages that a curator opens: one on the curation, before training ends, and one on the whole."""

from prefect import flow

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.report.task import VERSION, write_page


@flow(name="report", flow_run_name="report {recipe.name}", task_runner=SIDE_BY_SIDE)
def report(recipe: GivenRecipe, stages: list[StageRef] | None = None, refresh: bool = False) -> StageRef:
    """Write the report on these stages, or on the recipe's newest ones; without training it is the curation's."""
    before = [stage for stage in Stage if stage is not Stage.REPORT]
    refs = stages or [newest(recipe, stage, None) for stage in before]
    inputs = {f"{number}-{ref.stage}": ref for number, ref in enumerate(refs)}
    folder = open_stage(
        recipe.data_root, Stage.REPORT, VERSION, recipe.report, refresh=refresh, title=recipe.name, **inputs
    )
    trained = any(ref.stage is Stage.TRAIN for ref in refs)
    name = Stage.REPORT if trained else f"{Stage.REPORT}-curation"
    if whole := found(recipe, name, folder):
        return whole
    parts = collect(name, [write_page.submit(folder, "page", recipe.report, recipe.name, refs)])
    return seal(recipe, name, folder, parts, total(parts, "pages"))
