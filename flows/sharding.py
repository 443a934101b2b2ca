"""Kept pictures become WebDataset shards."""

from collections.abc import Sequence

from prefect import flow, unmapped

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import shard_folder
from flows.parameters import Again, CrawlResult, GivenRecipe, NeighborsResult, SelectResult
from flows.placing import placed
from flows.recipe import Recipe
from flows.stage import SIDE_BY_SIDE, found, newest, require_made_of, resumable, seal
from storage.latest import is_remembered
from storage.manifest import Part, StageFolder, read_manifest
from storage.records import Stage, StageRef
from tasks.partition import part_names
from tasks.shard.card.write import tells_of
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


def _described(recipe: Recipe, folder: StageFolder, packed: Sequence[Part], *made_of: StageRef) -> list[Part]:
    """The card of these partitions, written whether or not one lies there; `made_of` are names, crawl and verdicts."""
    folder.unseal_part(CARD)  # it names the tars of the attempts that wrote them, and these may be others now
    given = (recipe.name, recipe.report.note, recipe.shard, packed, *made_of, _targets_of(recipe, made_of[-1]))
    return collect(Stage.SHARD, [describe.submit(folder, CARD, *given)])


def _describe_anew(recipe: Recipe, folder: StageFolder, *made_of: StageRef) -> None:
    """Of whole shards whose card tells of other verdicts that came out the same, write the card alone."""
    whole = folder.sealed()
    if whole is None or tells_of(folder.uri, made_of[-1]):
        return
    held = read_manifest(folder.uri)
    packed = [part for part in held.parts if part.name != CARD]
    folder.seal([*packed, *_described(recipe, folder, packed, *made_of)], whole.count, held.seconds)


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
    made_of = (neighbors, crawl, select)
    folder = resumable(shard_folder(recipe, *made_of, refresh))
    _describe_anew(recipe, folder, *made_of)
    if whole := found(recipe, Stage.SHARD, folder):
        return whole
    shards = -(-select.count // recipe.shard.per_shard)
    names = part_names("shard", min(PARTITIONS, max(1, shards)))
    with placed(recipe.runner, recipe.data_root):
        parts = collect(Stage.SHARD, pack_shards.map(folder, names, unmapped(recipe.shard), *made_of))
    card = _described(recipe, folder, parts, *made_of)
    return seal(recipe, Stage.SHARD, folder, [*parts, *card], total(parts, "kept"))
