"""The classifier is trained: every arm that the recipe names, from the same data."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import ONE_BY_ONE, collect, found, newest, seal, total
from storage.manifest import StageFolder, open_stage
from storage.records import Accuracy, Calibration, ClassAccuracy, Confused, Stage, StageRef
from tasks.partition import Outcome, partition
from training.config import VERSION, Arm, TrainConfig
from training.data import left_out
from training.job import Job, said
from training.launch import ended_with_block, launch
from training.metrics import Metrics
from training.recipe import Finished, require_one_piece, training_set
from vision.encoders import encoder_digest

logger = logging.getLogger(__name__)


def _is_free(lock: FileLock) -> bool:
    """Whether the lock could be taken; it ends with its process, however that ends."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


@contextmanager
def _work(folder: StageFolder, arm: Arm) -> Iterator[Path]:
    """The folder in which an arm's run goes on after a kill; a refresh, or a second run at once, has its own."""
    shared = Path(folder.root, "work", "train", folder.key)
    shared.mkdir(parents=True, exist_ok=True)
    lock = FileLock(shared / f"{arm}.lock")
    if folder.refresh or not _is_free(lock):
        yield shared / folder.attempt / arm
        return
    try:
        yield shared / arm
    finally:
        lock.release()


def _repeat(arm: Arm, process: int, line: str) -> None:
    """Log what one of several processes says: the first speaks for all, and the others when something is wrong."""
    if process:
        logger.warning("train %s: process %d: %s", arm, process, line)
    else:
        logger.info("%s", line)


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
    from training.fit import fit  # torch is heavy: only where training happens

    arm, stages = Arm(part.partition("-")[2]), Finished(targets, target_vectors, shards, vectors)
    data = training_set(stages, config.mode)
    if lacking := left_out(data):
        logger.warning("train %s: %s", arm, lacking)

    def tell(step: int, steps: int, metrics: Metrics) -> None:
        if line := said(arm, step, steps, metrics):
            logger.info("%s", line)

    with _work(folder, arm) as work:
        if config.processes > 1:  # they leave a run that is finished, which is then judged here
            launch(Job(arm=arm, train=config, stages=stages, folder=work), config.processes, partial(_repeat, arm))
        fitted = fit(data, config, arm, work, tell)
        checkpoint, metrics = fitted.checkpoint.read_bytes(), fitted.metrics.read_bytes()
        features = fitted.features.read_bytes()
    files = [
        folder.write_rows(part, [*fitted.val, *fitted.test], Accuracy),
        folder.write_rows(part, fitted.classes, ClassAccuracy),
        folder.write_rows(part, fitted.calibration, Calibration),
        folder.write_rows(part, fitted.confused, Confused),
        folder.write_file(f"{arm}{fitted.checkpoint.suffix}", "checkpoint", checkpoint),
        folder.write_file(f"{arm}.features.safetensors", "features", features),
        folder.write_file(f"{arm}.metrics.jsonl", "metrics", metrics, volatile=True),
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
    require_one_piece(recipe.name, Finished(targets, target_vectors, shards, vectors), recipe.train.mode)
    folder = open_stage(
        recipe.data_root, Stage.TRAIN, VERSION, recipe.train,
        refresh=refresh, targets=targets, target_vectors=target_vectors, shards=shards, vectors=vectors,
        backbone=encoder_digest(recipe.train.encoder) if recipe.train.encoder else "none",
    )  # fmt: skip
    if whole := found(recipe, Stage.TRAIN, folder):
        return whole
    arms = [f"{place}-{arm}" for place, arm in enumerate(recipe.train.arms)]  # so that tables keep the recipe's order
    with ended_with_block():  # a run that is cancelled waits for its tasks, and they for the processes they launched
        running = train_arm.map(folder, arms, unmapped(recipe.train), targets, target_vectors, shards, vectors)
        parts = collect(Stage.TRAIN, running)
    return seal(recipe, Stage.TRAIN, folder, parts, total(parts, "arms"))
