"""A stage that is run by itself takes no two results that do not belong together."""

from collections import Counter
from dataclasses import replace

import pytest

from flows.recipe import Recipe
from flows.reporting import report
from flows.selection import select
from flows.sharding import shard
from storage.errors import BadInput
from storage.latest import remember
from storage.manifest import open_stage, read_rows
from storage.records import Crawled, Decision, Neighbor, Stage, StageRef


def _other(ref: StageRef, row: type, rows: list[object]) -> StageRef:
    """A later result of the stage, with other rows."""
    root = ref.uri.rsplit("/", 2)[0]
    folder = open_stage(root, ref.stage, 99, {}, neighbors="of another day")
    part = folder.seal_part("all", [folder.write_rows("all", rows, row)], Counter(), 0.0)
    return folder.seal([part], len(rows), 0.0)


@pytest.fixture(scope="module")
def names(refs: dict[Stage, StageRef]) -> StageRef:
    """Names of another day: those of the run with others before them."""
    rows = read_rows(refs[Stage.NEIGHBORS], Neighbor)
    return _other(refs[Stage.NEIGHBORS], Neighbor, [replace(row, name=f"another {row.name}") for row in rows])


@pytest.fixture(scope="module")
def crawl(refs: dict[Stage, StageRef]) -> StageRef:
    """A crawl of another day, which a kept URL is no longer in."""
    kept = next(row for row in read_rows(refs[Stage.SELECT], Decision) if row.reason is None)
    rows = [row for row in read_rows(refs[Stage.CRAWL], Crawled) if row.key != kept.key]
    return _other(refs[Stage.CRAWL], Crawled, [*rows])


def test_verdicts_on_another_crawl_are_not_packed(refs: dict[Stage, StageRef], recipe: Recipe, crawl: StageRef) -> None:
    """Where a kept picture came from would not be found there."""
    with pytest.raises(BadInput, match="select stage was not made of the newest crawl stage"):
        shard(recipe, crawl=crawl)


def test_verdicts_on_other_names_are_not_packed(refs: dict[Stage, StageRef], recipe: Recipe, names: StageRef) -> None:
    """Kept pictures would be of no class."""
    with pytest.raises(BadInput, match="select stage was not made of the newest neighbors stage"):
        shard(recipe, neighbors=names)


def test_pictures_of_other_names_are_not_judged(refs: dict[Stage, StageRef], recipe: Recipe, names: StageRef) -> None:
    """None would have parents, and all be dropped as unlike them."""
    with pytest.raises(BadInput, match="crawl stage was not made of the newest neighbors stage"):
        select(recipe, neighbors=names)


def test_pictures_of_other_names_are_not_told_beside_them(
    refs: dict[Stage, StageRef], recipe: Recipe, names: StageRef
) -> None:
    """A report alone would list neighbors without a picture."""
    remember(recipe.data_root, recipe.name, Stage.NEIGHBORS, names)
    try:
        with pytest.raises(BadInput, match="crawl stage was not made of the newest neighbors stage"):
            report(recipe)
    finally:
        remember(recipe.data_root, recipe.name, Stage.NEIGHBORS, refs[Stage.NEIGHBORS])


def test_each_stage_by_itself_finds_what_the_pipeline_made(refs: dict[Stage, StageRef], recipe: Recipe) -> None:
    """The newest results of one run belong together."""
    alone = [select(recipe), shard(recipe)]
    assert [(ref.key, ref.reused) for ref in alone] == [(refs[ref.stage].key, True) for ref in alone]
    assert report(recipe).stage is Stage.REPORT
