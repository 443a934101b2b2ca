"""Sources are asked for pictures of the neighbors; what they offer is planned, then fetched."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, seal, total
from storage.manifest import Part, open_stage
from storage.records import Stage, StageRef
from tasks.crawl.task import VERSION, check_fetched, close, fetch_pictures, plan_round, search_sources
from tasks.partition import part_names

PARTITIONS = 4


@flow(name="crawl", flow_run_name="crawl {recipe.name}", task_runner=SIDE_BY_SIDE)
def crawl(recipe: GivenRecipe, neighbors: StageRef | None = None, refresh: bool = False) -> StageRef:
    """Search by category, fetch by host, in rounds until no category that came up short has more to offer."""
    neighbors, config = newest(recipe, Stage.NEIGHBORS, neighbors), unmapped(recipe.crawl)
    folder = open_stage(recipe.data_root, Stage.CRAWL, VERSION, recipe.crawl, refresh=refresh, neighbors=neighbors)
    if whole := found(recipe, Stage.CRAWL, folder):
        return whole
    offers = collect(Stage.CRAWL, search_sources.map(folder, part_names("search", PARTITIONS), config, neighbors))
    plans: list[Part] = []
    fetched: list[Part] = []
    for number in range(recipe.crawl.rounds):
        plans += collect(Stage.CRAWL, [plan_round.submit(folder, f"plan-{number}", recipe.crawl, offers, fetched)])
        if not plans[-1].tally["planned"]:
            break
        hosts = part_names(f"fetch-{number}", PARTITIONS)
        fetched += collect(Stage.CRAWL, fetch_pictures.map(folder, hosts, config, unmapped(plans[-1])))
    check_fetched(folder, fetched, recipe.crawl)
    closed = collect(Stage.CRAWL, [close.submit(folder, "close", recipe.crawl, offers, fetched)])
    return seal(recipe, Stage.CRAWL, folder, [*offers, *plans, *fetched, *closed], total(fetched, "fetched"))
