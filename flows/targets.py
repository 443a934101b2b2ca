"""The long-tailed data set is read and checked."""

from prefect import flow, unmapped

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import targets_folder
from flows.parameters import Again, GivenRecipe
from flows.stage import SIDE_BY_SIDE, found, resumable, seal
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.targets.task import list_pictures


@flow(name="targets", flow_run_name="targets {recipe.name}", task_runner=SIDE_BY_SIDE)
@beating
def targets(recipe: GivenRecipe, refresh: Again = False) -> StageRef:
    """List the target pictures: a changed file is a changed stage."""
    folder = resumable(targets_folder(recipe, refresh))
    if whole := found(recipe, Stage.TARGETS, folder):
        return whole
    parts = collect(Stage.TARGETS, list_pictures.map(folder, part_names("list", 1), unmapped(recipe.targets)))
    return seal(recipe, Stage.TARGETS, folder, parts, total(parts, "pictures"))
