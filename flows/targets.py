"""The long-tailed data set is read and checked."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.targets.task import VERSION, data_digest, list_pictures


@flow(name="targets", flow_run_name="targets {recipe.name}", task_runner=SIDE_BY_SIDE)
def targets(recipe: GivenRecipe, refresh: bool = False) -> StageRef:
    """List the target pictures; the key holds their content, so a changed file is a changed stage."""
    data = data_digest(recipe.targets, recipe.data_root)
    folder = open_stage(recipe.data_root, Stage.TARGETS, VERSION, recipe.targets, refresh=refresh, data=data)
    if whole := found(recipe, Stage.TARGETS, folder):
        return whole
    parts = collect(Stage.TARGETS, list_pictures.map(folder, part_names("list", 1), unmapped(recipe.targets)))
    return seal(recipe, Stage.TARGETS, folder, parts, total(parts, "pictures"))
