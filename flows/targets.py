"""The long-tailed data set is read and checked."""

from pathlib import Path

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.targets.task import VERSION, data_digest, list_pictures


@flow(name="targets", flow_run_name="targets {recipe.name}", task_runner=SIDE_BY_SIDE)
def targets(recipe: GivenRecipe, refresh: bool = False) -> StageRef:
    """List the target pictures; the key holds their content, so a changed file is a changed stage.

    It holds their place too, since the rows say where the bytes lie; their content does not, so
    after a move the pictures are listed anew and nothing else runs again.
    """
    data, place = data_digest(recipe.targets, recipe.data_root), str(Path(recipe.targets.root).resolve())
    folder = open_stage(
        recipe.data_root, Stage.TARGETS, VERSION, recipe.targets, refresh=refresh, data=data, place=place
    )
    if whole := found(recipe, Stage.TARGETS, folder):
        return whole
    parts = collect(Stage.TARGETS, list_pictures.map(folder, part_names("list", 1), unmapped(recipe.targets)))
    return seal(recipe, Stage.TARGETS, folder, parts, total(parts, "pictures"))
