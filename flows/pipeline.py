"""The table of contents: from a long-tailed data set to a better classifier.

    targets -> neighbors -> crawl -> embed -> select -> shard -> report (curation) -> train -> report (training)

Run it with `python -m flows.pipeline recipes/NAME.yaml`.
"""

from collections.abc import Iterator

from prefect import flow, runtime

from flows.crawl import crawl
from flows.dating import dated, day_of
from flows.embedding import embed
from flows.heartbeats import ours
from flows.memory import give_back
from flows.neighbors import neighbors
from flows.parameters import AsOf, GivenRecipe, Refresh, Until
from flows.recipe import Recipe
from flows.reporting import report
from flows.selection import select
from flows.sharding import shard
from flows.showing.final import show_final
from flows.targets import targets
from flows.train import train
from storage.records import Stage, StageRef
from training.recipe import require_validation


def _stages(recipe: Recipe, refresh: set[Stage]) -> Iterator[tuple[StageRef, ...]]:
    """Every stage in turn; the next one runs only when it is asked for."""
    data = targets(recipe, Stage.TARGETS in refresh)
    yield (data,)
    names = neighbors(recipe, data, Stage.NEIGHBORS in refresh)
    yield (names,)
    pictures = crawl(recipe, names, Stage.CRAWL in refresh)
    yield (pictures,)
    data_vectors = embed(recipe, Stage.TARGETS, data, Stage.EMBED in refresh)
    vectors = embed(recipe, Stage.CRAWL, pictures, Stage.EMBED in refresh)
    yield data_vectors, vectors
    kept = select(recipe, data, names, pictures, data_vectors, vectors, Stage.SELECT in refresh)
    yield (kept,)
    shards = shard(recipe, names, pictures, kept, Stage.SHARD in refresh)
    curated = [data, names, pictures, vectors, kept, shards]
    yield shards, report(recipe, curated, Stage.REPORT in refresh)
    report_on = curated if recipe.train.where == "deployment" else None
    model = train(recipe, data, data_vectors, shards, vectors, report_on, Stage.TRAIN in refresh)
    yield (model,)
    yield (report(recipe, [*curated, model], Stage.REPORT in refresh),)


def _name() -> str:
    """Which recipe, and as of which day where one is given."""
    given = runtime.flow_run.parameters
    day = day_of(given["as_of"])
    return f"extrapolate {given['recipe'].name}" + (f" as of {day}" if day else "")


@flow(name="extrapolate", flow_run_name=_name)
def extrapolate(
    recipe: GivenRecipe, until: Until = Stage.REPORT, refresh: Refresh = (), as_of: AsOf = ""
) -> list[StageRef]:
    """Run a recipe up to a stage; stages that are whole are taken as they are, unless refreshed."""
    done: list[StageRef] = []
    with ours():
        for refs in _stages(dated(recipe, as_of), set(refresh)):
            done += refs
            if refs[0].stage is Stage.TARGETS and until in (Stage.TRAIN, Stage.REPORT):
                require_validation(refs[0])  # before anything is paid for
            if refs[0].stage is until:
                break
    show_final(recipe.name, recipe.report.note, done)
    give_back()
    return done


if __name__ == "__main__":
    from flows.terminal import main

    main(extrapolate)
