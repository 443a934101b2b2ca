"""The classifier is trained: every arm that the recipe names, from the same data."""

from dataclasses import asdict

from prefect import flow, unmapped

from flows.arm import train_arm
from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import train_folder
from flows.parameters import (
    Again,
    GivenRecipe,
    ReportOn,
    ShardsResult,
    TargetsResult,
    TargetVectorsResult,
    VectorsResult,
)
from flows.recipe import Recipe
from flows.remote import run_elsewhere, within
from flows.reporting import report
from flows.showing.curve import show_curve
from flows.stage import ONE_BY_ONE, found, newest, resumable, seal
from storage.manifest import StageFolder
from storage.records import Stage, StageRef
from training.launch import ended_with_block
from training.recipe import Finished, require_one_piece

DEPLOYMENT = "train/train"
"""The flow's name, and that of its deployment on the gpu pool."""


def _elsewhere(
    recipe: Recipe, folder: StageFolder, stages: Finished, report_on: list[StageRef] | None, refresh: bool
) -> StageRef:
    """The same by a run of the deployment: one for the same data and settings, whoever asks for it."""
    there = recipe.model_copy(update={"train": recipe.train.model_copy(update={"where": "inline"})})
    parameters = {
        "recipe": there.model_dump(mode="json"),
        **{name: asdict(ref) for name, ref in stages._asdict().items()},
        "report_on": [asdict(ref) for ref in report_on or []],
        "refresh": refresh,
    }
    return run_elsewhere(Stage.TRAIN, folder, DEPLOYMENT, parameters)


def _train(recipe: Recipe, folder: StageFolder, stages: Finished) -> StageRef:
    """Every arm in turn, and the stage sealed."""
    arms = [f"{place}-{arm}" for place, arm in enumerate(recipe.train.arms)]  # so that tables keep the recipe's order
    with ended_with_block():  # a run that is cancelled waits for its tasks, and they for the processes they launched
        parts = collect(Stage.TRAIN, train_arm.map(folder, arms, unmapped(recipe.train), *stages))
    ref = seal(recipe, Stage.TRAIN, folder, parts, total(parts, "arms"))
    show_curve(recipe.name, ref)
    return ref


@flow(name="train", flow_run_name="train {recipe.name}", task_runner=ONE_BY_ONE)
@beating
def train(
    recipe: GivenRecipe,
    targets: TargetsResult = None,
    target_vectors: TargetVectorsResult = None,
    shards: ShardsResult = None,
    vectors: VectorsResult = None,
    report_on: ReportOn = None,
    refresh: Again = False,
) -> StageRef:
    """Train the recipe's arms, here or on the gpu pool (`train.where`); inputs that are not given are the newest.

    With `report_on`, the stages of a curation, the run writes the training report on them too: whoever waits for it may
    be gone by then.
    """
    stages = Finished(
        newest(recipe, Stage.TARGETS, targets),
        newest(recipe, f"{Stage.EMBED}-{Stage.TARGETS}", target_vectors),
        newest(recipe, Stage.SHARD, shards),
        newest(recipe, Stage.EMBED, vectors),
    )
    require_one_piece(recipe.name, stages, recipe.train.mode)
    folder = resumable(train_folder(recipe, stages, refresh))
    whole = found(recipe, Stage.TRAIN, folder)
    if not whole and recipe.train.where == "deployment" and not within(DEPLOYMENT):
        return _elsewhere(recipe, folder, stages, report_on, refresh)
    ref = folder.sealed() or _train(recipe, folder, stages)
    if report_on:
        report(recipe, [*report_on, ref])
    return whole or ref
