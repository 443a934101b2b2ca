"""The stages of a pipeline run as its plan looks at them, in its order."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from flows.catalog import outside_name
from flows.earlier import plain
from flows.keys import (
    catalog_folder,
    crawl_folder,
    edited_folder,
    embed_folder,
    neighbors_folder,
    report_folder,
    select_folder,
    shard_folder,
    targets_folder,
    train_folder,
)
from flows.planning.outlook import Due, Look, Outlook
from flows.recipe import Recipe
from storage.fingerprint import fingerprint
from storage.manifest import StageFolder
from storage.records import Stage, StageRef
from tasks.neighbors.review.desk import Desk, changed
from tasks.neighbors.task import came_short
from tasks.select.marks import read_marks
from training.recipe import Finished

TARGET_VECTORS = f"{Stage.EMBED}-{Stage.TARGETS}"
CURATION = f"{Stage.REPORT}-curation"
CURATED = (Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD)
"""What a report tells of, in its order."""


def _unanswered(names: StageRef) -> tuple[str, ...]:
    return ("some classes were never answered: they are asked for again",) if came_short(names) else ()


def _look_at_edits(look: Look, names: StageRef) -> None:
    """What a person made of the names takes their place, and the run may wait for that person.

    Names that are made again all the same may come out as they were, and then their edits hold.
    """
    desk, named = Desk(look.recipe.data_root, look.recipe.name, names), look.seen[Stage.NEIGHBORS]
    rows = changed(desk, look.refs[Stage.TARGETS])
    if rows is not None:
        look.at(Stage.NEIGHBORS, lambda _: edited_folder(look.recipe, names, rows), Stage.TARGETS)
    if named.due is Due.STALE:
        look.seen[Stage.NEIGHBORS] = named
    elif look.recipe.neighbors.review and not desk.approved:
        look.seen[Stage.NEIGHBORS] = Outlook(Stage.NEIGHBORS, Due.OPEN, ("the run waits for approval of the names",))


def _look_at_earlier(look: Look) -> list[tuple[str, str]]:
    """The names of the catalogs of `select.earlier`, and of their vectors."""
    root, config, named = look.recipe.data_root, plain(look.recipe.embed), []
    look = replace(look, refresh=())  # a run never refreshes them
    for path in look.recipe.select.earlier:
        listed, seen = (f"{stage}-{outside_name(path)}" for stage in (Stage.CATALOG, Stage.EMBED))
        look.at(listed, partial(catalog_folder, root, path))
        look.at(seen, partial(embed_folder, root, config), listed)
        named.append((listed, seen))
    return named


def _select(recipe: Recipe, *refs: StageRef) -> StageFolder:
    ours, earlier = refs[:5], refs[5:]
    targets, neighbors, crawl, target_vectors, vectors = ours
    marks = read_marks(recipe.select.overrides, recipe.name)
    pairs = list(zip(earlier[::2], earlier[1::2], strict=True))
    return select_folder(recipe, targets, neighbors, crawl, target_vectors, vectors, pairs, marks)


def _train(recipe: Recipe, *stages: StageRef) -> StageFolder:
    return train_folder(recipe, Finished(*stages))


def _report(recipe: Recipe, *stages: StageRef) -> StageFolder:
    return report_folder(recipe, stages, fingerprint(recipe.select))  # the pictures are judged by then


def look_ahead(recipe: Recipe, refresh: Collection[Stage] = ()) -> Sequence[Outlook]:
    """What a run of the recipe would do about every stage, in the order of the pipeline."""
    look, root = Look(recipe, refresh), recipe.data_root
    look.at(Stage.TARGETS, partial(targets_folder, recipe))
    if names := look.at(Stage.NEIGHBORS, partial(neighbors_folder, recipe), Stage.TARGETS, trouble=_unanswered):
        _look_at_edits(look, names)
    look.at(Stage.CRAWL, partial(crawl_folder, recipe), Stage.NEIGHBORS)
    look.at(TARGET_VECTORS, partial(embed_folder, root, recipe.embed), Stage.TARGETS)
    look.at(Stage.EMBED, partial(embed_folder, root, recipe.embed), Stage.CRAWL)
    earlier = [name for pair in _look_at_earlier(look) for name in pair]
    made_of = (Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, TARGET_VECTORS, Stage.EMBED)
    look.at(Stage.SELECT, partial(_select, recipe), *made_of, *earlier)
    look.at(Stage.SHARD, partial(shard_folder, recipe), Stage.NEIGHBORS, Stage.CRAWL, Stage.SELECT)
    look.at(CURATION, partial(_report, recipe), *CURATED)
    look.at(Stage.TRAIN, partial(_train, recipe), Stage.TARGETS, TARGET_VECTORS, Stage.SHARD, Stage.EMBED)
    look.at(Stage.REPORT, partial(_report, recipe), *CURATED, Stage.TRAIN)
    return list(look.seen.values())
