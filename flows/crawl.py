"""Sources are asked for pictures of the neighbors; what they offer is planned, then fetched."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import collect, found, newest, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.crawl.task import VERSION, fetch_pictures, plan_round, search_sources
from tasks.partition import part_names

PARTITIONS = 4


@flow(name="crawl", flow_run_name="crawl {recipe.name}")
def crawl(recipe: GivenRecipe, neighbors: StageRef | None = None, refresh: bool = False) -> StageRef:
    """Search by category, fetch by host, in rounds until no category that came up short has more to offer."""
    config, inputs = unmapped(recipe.crawl), {"neighbors": newest(recipe, Stage.NEIGHBORS, neighbors)}
    folder = open_stage(recipe.data_root, Stage.CRAWL, VERSION, recipe.crawl, refresh=refresh, **inputs)
    if whole := found(recipe, Stage.CRAWL, folder):
        return whole
    names = part_names("search", PARTITIONS)
    offers = collect(Stage.CRAWL, search_sources.map(folder, names, config, **inputs))
    plans, fetched = [], []
    for number in range(recipe.crawl.rounds):
        plans += collect(Stage.CRAWL, [plan_round.submit(folder, f"plan-{number}", recipe.crawl, offers, fetched)])
        if not plans[-1].tally.get("planned"):
            break
        hosts = part_names(f"fetch-{number}", PARTITIONS)
        plan = unmapped(plans[-1])
        fetched += collect(Stage.CRAWL, fetch_pictures.map(folder, hosts, config, plan))
    return seal(recipe, Stage.CRAWL, folder, [*offers, *plans, *fetched], total(fetched, "fetched"))
