"""One arm from data to a judged classifier: build, train, take the best on validation, test once."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from storage.disk import writing
from storage.fingerprint import fingerprint
from storage.records import Accuracy, Calibration, ClassAccuracy, Confused, Split
from training.arms import added, derive
from training.calibration import calibration
from training.checkpoint import Progress, load_weights
from training.config import VERSION, Arm, Mode, TrainConfig
from training.confusion import confusion
from training.data import TrainingSet, check, content_digest
from training.evaluate import by_group, evaluate, per_class
from training.feed import Feed, VectorFeed
from training.loop import OnStep, Run, train
from training.losses.choose import loss_of
from training.mapping import write_features
from training.metrics import Metrics
from training.models.features import FeatureClassifier
from training.models.network import Network
from training.models.whole import WholeNetwork
from training.picture_feed import PictureFeed
from training.sampler import EpochSampler
from vision.computing import device_of
from vision.weights import encoder_digest


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of one arm: how the best step on validation did, and where its weights lie.

    `features` are those of test pictures, as `training.mapping` writes them; `added` counts the
    pictures that an epoch adds to the targets' own.
    """

    arm: Arm
    val: tuple[Accuracy, ...]
    test: tuple[Accuracy, ...]
    classes: tuple[ClassAccuracy, ...]
    calibration: tuple[Calibration, ...]
    confused: tuple[Confused, ...]
    checkpoint: Path
    metrics: Path
    features: Path
    best_step: int
    added: int


def unheard(step: int, total: int, metrics: Metrics) -> None:
    """Report progress to nobody."""


def _network_and_feed(data: TrainingSet, config: TrainConfig, device: torch.device) -> tuple[Network, Feed]:
    """What is trained, and what feeds it."""
    classes = (*data.classes, *data.auxiliaries)
    sampler = EpochSampler(data, config.caps, config.batch_size, config.seed)
    if config.mode is Mode.FEATURES or config.encoder is None:
        dim = data.train.inputs.shape[1]
        return FeatureClassifier(dim, len(classes), config), VectorFeed(data, sampler, device)
    feed = PictureFeed(data, sampler, config.encoder, config, device)
    return WholeNetwork(config.encoder, classes, config), feed


def _start(config: TrainConfig) -> tuple[str, ...]:
    """The weights that a whole network starts from, by their bytes: the settings name a file at most."""
    return (encoder_digest(config.encoder),) if config.mode is Mode.FINETUNE and config.encoder else ()


def identity(data: TrainingSet, config: TrainConfig, arm: Arm) -> str:
    """A fingerprint of all that an arm's run follows from, this code's `VERSION` included."""
    own, settings = derive(data, config, arm)
    below = identity(data, config, Arm.SILENCED) if arm is Arm.RETRAINED else ""
    start = _start(config)
    return fingerprint(VERSION, settings.model_copy(update={"arms": (arm,)}), content_digest(own), below, *start)


def build(data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path) -> Run:
    """Everything that one arm's training needs, from the recipe's data and settings."""
    own, settings = derive(data, config, arm)
    check(own)
    device = torch.device(device_of(config.device))
    network, feed = _network_and_feed(own, settings, device)
    return Run(
        network.to(device), loss_of(own, settings).to(device), feed, own, settings, device, folder,
        identity(data, config, arm),
    )  # fmt: skip


def _representation(
    data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path, on_step: OnStep
) -> Mapping[str, Tensor]:
    """What the arm's classifier is learned upon, on the CPU: of RETRAINED what SILENCED learns, of others nothing."""
    if arm is not Arm.RETRAINED:
        return {}
    with learned(data, config, Arm.SILENCED, folder / "representation", on_step) as (run, _):
        return {name: value.cpu() for name, value in run.network.state_dict().items()}


@contextmanager
def learned(
    data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path, on_step: OnStep = unheard
) -> Iterator[tuple[Run, Progress]]:
    """One arm trained, or resumed, with the weights that did best on validation; its workers end with the block.

    RETRAINED first learns in the folder `representation` what SILENCED learns, then a classifier on that.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    trunk = _representation(data, config, arm, folder, on_step)
    run = build(data, config, arm, folder)
    if trunk:
        run.network.take_trunk(trunk)
    with closing(run.feed):
        progress = train(run, on_step)
        load_weights(run.best, run.network)
        yield run, progress


def fit(data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path, on_step: OnStep = unheard) -> Fitted:
    """Train one arm in a folder of its own, or resume it there, and test its best checkpoint.

    `data` holds all the auxiliaries and `config` the recipe's silencing; the arm takes its part.
    All processes call it.
    """
    with learned(data, config, arm, folder, on_step) as (run, progress):
        val, test = (
            evaluate(run.network, run.feed.evaluation(examples), len(data.classes))
            for examples in (data.val, data.test)
        )
        features = write_features(run)
    # Groups are by the pictures that the data set has, whatever an arm adds to them.
    of_val, classes = (per_class(tally, data, config.shots, arm) for tally in (val, test))
    return Fitted(
        arm, by_group(of_val, Split.VAL), by_group(classes, Split.TEST), classes,
        (*calibration(val, arm, Split.VAL), *calibration(test, arm, Split.TEST)), confusion(test, data, arm),
        run.best, folder / "metrics.jsonl", features, progress.best_step, added(data, config, arm),
    )  # fmt: skip
