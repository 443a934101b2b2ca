"""A language model names neighbor categories, and they are vetted against the label set."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.neighbors.prompt import prompt_content
from tasks.neighbors.task import VERSION, names_digest, propose_names, vet_names
from tasks.partition import part_names

PARTITIONS = 8


@flow(name="neighbors", flow_run_name="neighbors {recipe.name}", task_runner=SIDE_BY_SIDE)
def neighbors(recipe: GivenRecipe, targets: StageRef | None = None, refresh: bool = False) -> StageRef:
    """Ask by partitions of classes, then vet all names together: merging sees every parent."""
    targets = newest(recipe, Stage.TARGETS, targets)
    folder = open_stage(
        recipe.data_root, Stage.NEIGHBORS, VERSION, recipe.neighbors,
        refresh=refresh, classes=names_digest(targets), prompt=prompt_content(),
    )  # fmt: skip
    if whole := found(recipe, Stage.NEIGHBORS, folder):
        return whole
    names = part_names("propose", PARTITIONS)
    asked = collect(Stage.NEIGHBORS, propose_names.map(folder, names, unmapped(recipe.neighbors), targets))
    vetted = collect(Stage.NEIGHBORS, [vet_names.submit(folder, "vet", recipe.neighbors, asked, targets)])
    return seal(recipe, Stage.NEIGHBORS, folder, [*asked, *vetted], total(vetted, "kept"))
