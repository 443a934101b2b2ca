"""Sources are asked for pictures of the neighbors; what they offer is planned, then fetched."""

from collections.abc import Sequence

from prefect import flow, unmapped
from prefect.futures import PrefectFuture

from flows.recipe import GivenRecipe, Recipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, seal, total
from storage.manifest import Part, StageFolder, open_stage
from storage.records import Stage, StageRef
from tasks.crawl.task import (
    VERSION,
    check_fetched,
    close,
    fetch_pictures,
    plan_round,
    search_source,
    sources_content,
)
from tasks.partition import part_names

PARTITIONS = 4


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
        before = collect(Stage.CRAWL, fetch_pictures.map(folder, parts, unmapped(recipe.crawl), unmapped(before)))
        fetched, hop = [*fetched, *before], hop + 1
    return fetched


@flow(name="crawl", flow_run_name="crawl {recipe.name}", task_runner=SIDE_BY_SIDE)
def crawl(recipe: GivenRecipe, neighbors: StageRef | None = None, refresh: bool = False) -> StageRef:
    """Search, plan and fetch in rounds until no category that came up short has more to offer."""
    neighbors, config = newest(recipe, Stage.NEIGHBORS, neighbors), recipe.crawl
    folder = open_stage(
        recipe.data_root, Stage.CRAWL, VERSION, config,
        refresh=refresh, neighbors=neighbors, sources=sources_content(config),
    )  # fmt: skip
    if whole := found(recipe, Stage.CRAWL, folder):
        return whole
    for source in config.sources:
        source.check()
    offers: list[Part] = []
    fetched: list[Part] = []
    for number in range(config.rounds):
        found_now = _search(recipe, folder, neighbors, number, [*offers, *fetched])
        offers += found_now
        done = [*offers, *fetched]
        [plan] = collect(Stage.CRAWL, [plan_round.submit(folder, f"plan-{number}", config, neighbors, done)])
        if plan.tally["planned"]:
            fetched += _fetch(recipe, folder, number, plan)
        elif not total(found_now, "offered"):
            break
    check_fetched(folder, fetched, config)
    closed = collect(Stage.CRAWL, [close.submit(folder, "close", config, neighbors, [*offers, *fetched])])
    return seal(recipe, Stage.CRAWL, folder, closed, total(closed, "fetched"), [*offers, *fetched])
