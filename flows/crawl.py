"""Sources are asked for pictures of the neighbors; what they offer is planned, then fetched."""

from collections.abc import Sequence

from prefect import flow, runtime, unmapped
from prefect.futures import PrefectFuture

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import crawl_folder
from flows.parameters import Again, GivenRecipe, NeighborsResult
from flows.placing import placed
from flows.recipe import Recipe
from flows.stage import SIDE_BY_SIDE, found, newest, resumable, seal
from flows.turns import turn
from storage.manifest import Part, StageFolder
from storage.records import Stage, StageRef
from tasks.crawl.losses import check_fetched
from tasks.crawl.task import (
    close,
    fetch_pictures,
    plan_round,
    search_source,
)
from tasks.partition import part_names

PARTITIONS = 4

TURN = "crawl"
"""The limit of a server that lets one crawl at a time ask hosts: two would ask each twice as often."""


def _search(recipe: Recipe, folder: StageFolder, neighbors: StageRef, number: int, done: Sequence[Part]) -> list[Part]:
    """Every source at its own pace: its partitions run one after the other, wherever each of them runs."""
    futures: list[PrefectFuture[Part]] = []
    for index, source in enumerate(recipe.crawl.sources):
        last: list[PrefectFuture[Part]] = []
        for part in part_names(f"search-{number}-{source.name}", PARTITIONS):
            last = [search_source.submit(folder, part, recipe.crawl, neighbors, index, done, wait_for=last)]
            futures += last
    return collect(Stage.CRAWL, futures)


def _fetch(recipe: Recipe, folder: StageFolder, number: int, plan: Part) -> list[Part]:
    """Fetch by host; what a host redirects to another goes to whoever has that host's URLs, hop by hop."""
    fetched: list[Part] = []
    before, hop = [plan], 0
    while hop == 0 or total(before, "redirected"):
        parts = part_names(f"fetch-{number}-{hop}", PARTITIONS)
        with placed(recipe.runner, recipe.data_root):
            before = collect(Stage.CRAWL, fetch_pictures.map(folder, parts, unmapped(recipe.crawl), unmapped(before)))
        fetched, hop = [*fetched, *before], hop + 1
    return fetched


def _rounds(recipe: Recipe, folder: StageFolder, neighbors: StageRef) -> tuple[list[Part], list[Part]]:
    """The partitions that asked the sources, and those that fetched, of as many rounds as bring something."""
    offers: list[Part] = []
    fetched: list[Part] = []
    for number in range(recipe.crawl.rounds):
        found_now = _search(recipe, folder, neighbors, number, [*offers, *fetched])
        offers += found_now
        done = [*offers, *fetched]
        plan_made = plan_round.submit(folder, f"plan-{number}", recipe.crawl, neighbors, done)
        [plan] = collect(Stage.CRAWL, [plan_made])
        if plan.tally["planned"]:
            fetched += _fetch(recipe, folder, number, plan)
        elif not total(found_now, "offered"):
            break
    return offers, fetched


def _name() -> str:
    """Which recipe, and as of which day where it says one."""
    recipe: Recipe = runtime.flow_run.parameters["recipe"]
    return f"crawl {recipe.name} {recipe.crawl.as_of}".rstrip()


@flow(name="crawl", flow_run_name=_name, task_runner=SIDE_BY_SIDE)
@beating
def crawl(recipe: GivenRecipe, neighbors: NeighborsResult = None, refresh: Again = False) -> StageRef:
    """Search, plan and fetch in rounds until no category that came up short has more to offer."""
    neighbors, config = newest(recipe, Stage.NEIGHBORS, neighbors), recipe.crawl
    folder = resumable(crawl_folder(recipe, neighbors, refresh))
    if whole := found(recipe, Stage.CRAWL, folder):
        return whole
    for source in config.sources:
        source.check()
    with turn(TURN):
        offers, fetched = _rounds(recipe, folder, neighbors)
    check_fetched(folder, fetched, config)
    closed = collect(Stage.CRAWL, [close.submit(folder, "close", config, neighbors, [*offers, *fetched])])
    return seal(recipe, Stage.CRAWL, folder, closed, total(closed, "fetched"), [*offers, *fetched])
