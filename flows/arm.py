"""One arm is trained: a partition that goes on from its last checkpoint."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from flows.showing.steps import Steps
from storage.disk import writing
from storage.manifest import StageFolder
from storage.records import Accuracy, Calibration, ClassAccuracy, Confused, StageRef
from storage.scratch import work_folder
from tasks.partition import Outcome, partition
from training.config import Arm, TrainConfig
from training.data import left_out
from training.job import Job, said
from training.launch import launch
from training.metrics import Metrics
from training.recipe import Finished, training_set

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
    shared = work_folder(folder.root, "work", "train", folder.key)
    with writing(shared):
        shared.mkdir(parents=True, exist_ok=True)
    lock = FileLock(shared / f"{arm}.lock")
    if folder.refresh or not _is_free(lock):
        yield shared / folder.attempt / arm
        return
    try:
        yield shared / arm
    finally:
        lock.release()


def _repeat(arm: Arm, shown: Steps, process: int, line: str) -> None:
    """Log what one of several processes says: the first speaks for all, and the others when something is wrong."""
    if process:
        logger.warning("train %s: process %d: %s", arm, process, line)
    else:
        shown.hear(line)
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

    shown = Steps(arm)

    def tell(step: int, steps: int, metrics: Metrics) -> None:
        shown.tell(step, steps, metrics)
        if line := said(arm, step, steps, metrics):
            logger.info("%s", line)

    with _work(folder, arm) as work:
        if config.processes > 1:  # they leave a run that is finished, which is then judged here
            job = Job(arm=arm, train=config, stages=stages, folder=work)
            launch(job, config.processes, partial(_repeat, arm, shown))
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
