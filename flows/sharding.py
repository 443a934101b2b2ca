"""Kept pictures become WebDataset shards."""

from prefect import flow, unmapped

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import shard_folder
from flows.parameters import Again, CrawlResult, GivenRecipe, NeighborsResult, SelectResult
from flows.placing import placed
from flows.recipe import Recipe
from flows.stage import SIDE_BY_SIDE, found, newest, require_made_of, resumable, seal
from storage.latest import is_remembered
from storage.manifest import read_manifest
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.shard.task import describe, pack_shards

PARTITIONS = 16
CARD = "card"
"""The partition that describes what all others have packed."""


def _targets_of(recipe: Recipe, select: StageRef) -> StageRef | None:
    """The target classes that the verdicts were made of, where they are still the recipe's newest."""
    if not is_remembered(recipe.data_root, recipe.name, Stage.TARGETS):
        return None
    targets = newest(recipe, Stage.TARGETS, None)
    return targets if read_manifest(select.uri).inputs["targets"] == targets.content else None


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
    require_made_of(select, "neighbors", neighbors)
    require_made_of(select, "crawl", crawl)
    folder = resumable(shard_folder(recipe, neighbors, crawl, select, refresh))
    if whole := found(recipe, Stage.SHARD, folder):
        return whole
    shards = -(-select.count // recipe.shard.per_shard)
    names = part_names("shard", min(PARTITIONS, max(1, shards)))
    with placed(recipe.runner, recipe.data_root):
        parts = collect(Stage.SHARD, pack_shards.map(folder, names, unmapped(recipe.shard), neighbors, crawl, select))
    folder.unseal_part(CARD)  # it names the tars of the attempts that wrote them, and these may be others now
    given = (neighbors, crawl, select, _targets_of(recipe, select))
    card = collect(
        Stage.SHARD, [describe.submit(folder, CARD, recipe.name, recipe.report.note, recipe.shard, parts, *given)]
    )
    return seal(recipe, Stage.SHARD, folder, [*parts, *card], total(parts, "kept"))
