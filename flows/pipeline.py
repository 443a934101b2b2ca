"""The table of contents: from a long-tailed data set to a better classifier.

    targets -> neighbors -> crawl -> embed -> select -> shard -> report (curation) -> train -> report (training)

Run it with `python -m flows.pipeline recipes/NAME.yaml`.
"""

from collections.abc import Iterator

from prefect import flow

from flows.crawl import crawl
from flows.embedding import embed
from flows.neighbors import neighbors
from flows.recipe import GivenRecipe, Recipe
from flows.reporting import report
from flows.selection import select
from flows.sharding import shard
from flows.targets import targets
from flows.train import train
from storage.records import Stage, StageRef


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
    model = train(recipe, data, data_vectors, shards, vectors, Stage.TRAIN in refresh)
    yield (model,)
    yield (report(recipe, [*curated, model], Stage.REPORT in refresh),)


@flow(name="extrapolate", flow_run_name="extrapolate {recipe.name}")
def extrapolate(recipe: GivenRecipe, until: Stage = Stage.REPORT, refresh: list[Stage] | None = None) -> list[StageRef]:
    """Run a recipe up to a stage; stages that are whole are taken as they are, unless refreshed."""
    done: list[StageRef] = []
    for refs in _stages(recipe, set(refresh or [])):
        done += refs
        if refs[0].stage is until:
            break
    return done


if __name__ == "__main__":
    from flows.terminal import main

    main(extrapolate)
