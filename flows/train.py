"""The classifier is trained: every arm that the recipe names, from the same data."""

import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import ONE_BY_ONE, collect, found, newest, seal, total
from storage.manifest import StageFolder, open_stage
from storage.records import Accuracy, ClassAccuracy, Stage, StageRef
from tasks.partition import Outcome, partition
from training.config import Arm, Mode, TrainConfig
from vision.encoders import encoder_digest

VERSION = 1
logger = logging.getLogger(__name__)


@partition("train")
def train_arm(
    folder: StageFolder,
    part: str,
    config: TrainConfig,
    targets: StageRef,
    target_vectors: StageRef,
    shards: StageRef,
    vectors: StageRef,
) -> Outcome:
    """Train one arm; a run that was killed goes on from its last checkpoint."""
    from training.read import read_features, read_pictures  # torch is heavy: only where training happens
    from training.run import fit

    arm = Arm(part.partition("-")[2])
    if config.mode is Mode.FEATURES:
        data = read_features(targets, target_vectors, shards, vectors)
    else:
        data = read_pictures(targets, target_vectors, shards)

    def tell(step: int, steps: int, metrics: Mapping[str, float]) -> None:
        if "val_accuracy" in metrics:  # the lines between two looks are in metrics.jsonl
            loss, accuracy = metrics["loss"], 100 * metrics["val_accuracy"]
            logger.info("train %s: step %d of %d, loss %.3g, %.1f%% on validation", arm, step, steps, loss, accuracy)

    fitted = fit(data, config, arm, Path(folder.root, "work", "train", folder.key, arm), tell)
    files = [
        folder.write_rows(part, fitted.test, Accuracy),
        folder.write_rows(part, fitted.classes, ClassAccuracy),
        folder.write_file(f"{arm}{fitted.checkpoint.suffix}", "checkpoint", fitted.checkpoint.read_bytes()),
        folder.write_file(f"{arm}.metrics.jsonl", "metrics", fitted.metrics.read_bytes(), volatile=True),
    ]
    return files, Counter(arms=1)


@flow(name="train", flow_run_name="train {recipe.name}", task_runner=ONE_BY_ONE)
def train(
    recipe: GivenRecipe,
    targets: StageRef | None = None,
    target_vectors: StageRef | None = None,
    shards: StageRef | None = None,
    vectors: StageRef | None = None,
    refresh: bool = False,
) -> StageRef:
    """Train the recipe's arms; inputs that are not given are the recipe's newest."""
    targets = newest(recipe, Stage.TARGETS, targets)
    target_vectors = newest(recipe, f"{Stage.EMBED}-{Stage.TARGETS}", target_vectors)
    shards = newest(recipe, Stage.SHARD, shards)
    vectors = newest(recipe, Stage.EMBED, vectors)
    folder = open_stage(
        recipe.data_root, Stage.TRAIN, VERSION, recipe.train,
        refresh=refresh, targets=targets, target_vectors=target_vectors, shards=shards, vectors=vectors,
        backbone=encoder_digest(recipe.train.encoder) if recipe.train.encoder else "none",
    )  # fmt: skip
    if whole := found(recipe, Stage.TRAIN, folder):
        return whole
    arms = [f"{place}-{arm}" for place, arm in enumerate(recipe.train.arms)]  # so that tables keep the recipe's order
    running = train_arm.map(folder, arms, unmapped(recipe.train), targets, target_vectors, shards, vectors)
    parts = collect(Stage.TRAIN, running)
    return seal(recipe, Stage.TRAIN, folder, parts, total(parts, "arms"))
