"""Kept pictures become WebDataset shards."""

from prefect import flow, unmapped

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import shard_folder
from flows.parameters import Again, CrawlResult, GivenRecipe, NeighborsResult, SelectResult
from flows.placing import placed
from flows.stage import SIDE_BY_SIDE, found, newest, resumable, seal
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.shard.task import pack_shards

PARTITIONS = 16


@flow(name="shard", flow_run_name="shard {recipe.name}", task_runner=SIDE_BY_SIDE)
@beating
def shard(
    recipe: GivenRecipe,
    neighbors: NeighborsResult = None,
    crawl: CrawlResult = None,
    select: SelectResult = None,
    refresh: Again = False,
) -> StageRef:
    """Pack the kept pictures; inputs that are not given are the recipe's newest."""
    neighbors = newest(recipe, Stage.NEIGHBORS, neighbors)
    crawl = newest(recipe, Stage.CRAWL, crawl)
    select = newest(recipe, Stage.SELECT, select)
    folder = resumable(shard_folder(recipe, neighbors, crawl, select, refresh))
    if whole := found(recipe, Stage.SHARD, folder):
        return whole
    shards = -(-select.count // recipe.shard.per_shard)
    names = part_names("shard", min(PARTITIONS, max(1, shards)))
    with placed(recipe.runner, recipe.data_root):
        parts = collect(Stage.SHARD, pack_shards.map(folder, names, unmapped(recipe.shard), neighbors, crawl, select))
    return seal(recipe, Stage.SHARD, folder, parts, total(parts, "kept"))
