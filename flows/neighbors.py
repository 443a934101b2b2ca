"""Neighbor categories are named, vetted against the label set, and looked at by a person who wants to."""

from dataclasses import replace

from prefect import flow

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import edited_folder, neighbors_folder
from flows.parameters import Again, GivenRecipe, TargetsResult
from flows.recipe import Recipe
from flows.review import look_at
from flows.stage import SIDE_BY_SIDE, found, newest, resumable, seal
from storage.manifest import StageFolder
from storage.records import Stage, StageRef
from tasks.neighbors.review.desk import edited
from tasks.neighbors.task import (
    came_short,
    propose_names,
    review_names,
    vet_names,
)


def _name(recipe: Recipe, folder: StageFolder, targets: StageRef, refresh: str) -> StageRef:
    """Ask for the names of all classes, then vet them together: merging sees every parent."""
    asked = collect(Stage.NEIGHBORS, [propose_names.submit(folder, "propose", recipe.neighbors, targets, refresh)])
    vetted = collect(Stage.NEIGHBORS, [vet_names.submit(folder, "vet", recipe.neighbors, asked, targets)])
    return seal(recipe, Stage.NEIGHBORS, folder, [*asked, *vetted], total(vetted, "kept"))


@flow(name="neighbors", flow_run_name="neighbors {recipe.name}", task_runner=SIDE_BY_SIDE)
@beating
def neighbors(recipe: GivenRecipe, targets: TargetsResult = None, refresh: Again = False) -> StageRef:
    """Name the neighbors; where a person has edited them, what goes on are the names as edited."""
    targets = newest(recipe, Stage.TARGETS, targets)
    folder = resumable(neighbors_folder(recipe, targets, refresh))
    ours, names = folder.attempt if refresh else "", folder.sealed()
    if names is None:
        names = _name(recipe, folder, targets, ours)
    elif came_short(names):  # in an attempt of its own: the partitions of a refresh that is retried are whole
        names = _name(recipe, neighbors_folder(recipe, targets, refresh=True), targets, ours)
    desk = look_at(recipe, names, targets)
    rows = edited(desk, targets)
    if rows is None:
        return (names.reused and found(recipe, Stage.NEIGHBORS, folder)) or names
    left = resumable(replace(edited_folder(recipe, names, rows), refresh=not names.reused))  # with what was paid now
    if whole := found(recipe, Stage.NEIGHBORS, left):
        return whole
    made = collect(Stage.NEIGHBORS, [review_names.submit(left, "review", desk, targets)])
    return seal(recipe, Stage.NEIGHBORS, left, made, total(made, "kept"))
