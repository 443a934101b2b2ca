"""One arm from data to a judged classifier: build, train, take the best on validation, test once."""

import time
from dataclasses import dataclass
from pathlib import Path

import torch

from storage.fingerprint import fingerprint
from storage.records import Accuracy, ClassAccuracy, Split
from training.arms import derive
from training.checkpoint import load_weights
from training.config import Arm, Mode, TrainConfig
from training.data import Examples, TrainingSet, check, content_digest
from training.evaluate import by_group, evaluate, per_class
from training.feed import Feed, VectorFeed
from training.loop import OnStep, Run, train
from training.loss import NeighborSilencing
from training.metrics import Metrics
from training.model import FeatureClassifier, Network, WholeNetwork
from training.pictures import PictureFeed
from training.priors import epoch_counts, log_prior
from training.sampler import EpochSampler


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of one arm: accuracies of the best step on validation, and where its weights lie."""

    arm: Arm
    val: tuple[Accuracy, ...]
    test: tuple[Accuracy, ...]
    classes: tuple[ClassAccuracy, ...]
    checkpoint: Path
    metrics: Path
    best_step: int
    seconds: float


def unheard(step: int, total: int, metrics: Metrics) -> None:
    """Report progress to nobody."""


def _device(name: str) -> torch.device:
    if name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _network_and_feed(data: TrainingSet, config: TrainConfig) -> tuple[Network, Feed]:
    """What is trained, and what feeds it."""
    classes = len(data.classes) + len(data.auxiliaries)
    sampler = EpochSampler(data, config.caps, config.batch_size, config.seed)
    if config.mode is Mode.FEATURES or config.encoder is None:
        dim = data.train.inputs.shape[1]
        return FeatureClassifier(dim, classes, config), VectorFeed(data, sampler)
    feed = PictureFeed(data, sampler, config.encoder, config.seed, config.workers)
    return WholeNetwork(config.encoder, classes, config), feed


def build(data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path) -> Run:
    """Everything that one arm's training needs; `data` and `config` are the arm's own."""
    device = _device(config.device)
    network, feed = _network_and_feed(data, config)
    loss = NeighborSilencing(
        log_prior(epoch_counts(data, config.caps)), data.edges, len(data.classes),
        tau=config.tau, lambda_s=config.lambda_s, label_smoothing=config.label_smoothing,
    )  # fmt: skip
    identity = fingerprint(config.model_copy(update={"arms": (arm,)}), content_digest(data))
    return Run(network.to(device), loss.to(device), feed, data, config, device, folder, identity)


def fit(data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path, on_step: OnStep = unheard) -> Fitted:
    """Train one arm in a folder of its own, or resume it there, and test its best checkpoint.

    `data` holds all the auxiliaries and `config` the recipe's lambda_s; the arm takes its part.
    """
    started = time.monotonic()
    data, config = derive(data, config, arm)
    check(data)
    folder.mkdir(parents=True, exist_ok=True)
    run = build(data, config, arm, folder)
    progress = train(run, on_step)
    load_weights(run.best, run.network)

    def judge(examples: Examples) -> tuple[ClassAccuracy, ...]:
        tally = evaluate(run.network, run.feed.evaluation(examples), len(data.classes), run.device)
        return per_class(tally, data, config.shots, arm)

    classes = judge(data.test)
    return Fitted(
        arm, by_group(judge(data.val), Split.VAL), by_group(classes, Split.TEST), classes,
        run.best, folder / "metrics.jsonl", progress.best_step, time.monotonic() - started,
    )  # fmt: skip
