"""Kept pictures become WebDataset shards."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.shard.task import VERSION, pack_shards

PARTITIONS = 16


@flow(name="shard", flow_run_name="shard {recipe.name}", task_runner=SIDE_BY_SIDE)
def shard(
    recipe: GivenRecipe,
    neighbors: StageRef | None = None,
    crawl: StageRef | None = None,
    select: StageRef | None = None,
    refresh: bool = False,
) -> StageRef:
    """Pack the kept pictures; inputs that are not given are the recipe's newest."""
    neighbors = newest(recipe, Stage.NEIGHBORS, neighbors)
    crawl = newest(recipe, Stage.CRAWL, crawl)
    select = newest(recipe, Stage.SELECT, select)
    folder = open_stage(
        recipe.data_root, Stage.SHARD, VERSION, recipe.shard,
        refresh=refresh, neighbors=neighbors, crawl=crawl, select=select,
    )  # fmt: skip
    if whole := found(recipe, Stage.SHARD, folder):
        return whole
    shards = -(-select.count // recipe.shard.per_shard)
    names = part_names("shard", min(PARTITIONS, max(1, shards)))
    parts = collect(Stage.SHARD, pack_shards.map(folder, names, unmapped(recipe.shard), neighbors, crawl, select))
    return seal(recipe, Stage.SHARD, folder, parts, total(parts, "kept"))
