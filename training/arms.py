"""The runs of a comparison: each changes one factor of the full set and leaves the rest alone."""

from dataclasses import replace

import numpy as np

from storage.errors import BadInput
from training.config import SILENCING, Arm, Caps, LossName, Silence, TrainConfig
from training.data import Examples, Indices, TrainingSet, as_edges, no_examples, without_empty_auxiliaries
from training.epochs import in_steps
from training.priors import epoch_counts
from training.randomness import stream


def _auxiliary_volume(data: TrainingSet, caps: Caps) -> int:
    """Pictures of auxiliary classes that an epoch draws."""
    return int(epoch_counts(data, caps)[len(data.classes) :].sum())


def _some(examples: Examples, count: int, seed: int, purpose: str) -> Examples:
    """So many of the examples, in order, each as likely as any other; all of them where there are fewer."""
    drawn: Indices = np.arange(len(examples))
    if count < len(examples):
        drawn = np.sort(stream(seed, purpose).choice(len(examples), count, replace=False))
    return Examples(examples.inputs[drawn], examples.labels[drawn])


def _targets_only(data: TrainingSet) -> TrainingSet:
    nothing = replace(data.auxiliary, inputs=data.auxiliary.inputs[:0], labels=data.auxiliary.labels[:0])
    return replace(data, auxiliaries=(), edges=data.edges[:0], auxiliary=nothing)


def _same_volume(data: TrainingSet, config: TrainConfig) -> TrainingSet:
    if len(data.spare) == 0:
        raise BadInput(
            "the arm same_volume has no more pictures of the targets to add",
            "compare with --spare and a recipe whose targets hold more of the same classes, or leave the arm out",
        )
    more = _some(data.spare, _auxiliary_volume(data, config.caps), config.seed, "spare pictures")
    inputs = np.concatenate([data.train.inputs, more.inputs])
    return _targets_only(replace(data, train=Examples(inputs, np.concatenate([data.train.labels, more.labels]))))


def _random(data: TrainingSet, config: TrainConfig) -> TrainingSet:
    if len(data.unrelated) == 0:
        raise BadInput(
            "the arm random has no unrelated pictures",
            "compare with --unrelated and a recipe whose shards hold something else, or leave the arm out",
        )
    drawn = _some(data.unrelated, len(data.auxiliary), config.seed, "unrelated pictures")
    names = tuple(f"unrelated {number}" for number in range(int(data.unrelated.labels.max()) + 1))
    volume = _auxiliary_volume(data, config.caps)
    return without_empty_auxiliaries(
        replace(data, auxiliaries=names, edges=as_edges([]), auxiliary=drawn, orphans=volume)
    )


def _shuffled(data: TrainingSet, seed: int) -> TrainingSet:
    labels = stream(seed, "shuffled labels").permutation(data.auxiliary.labels)
    return replace(data, auxiliary=replace(data.auxiliary, labels=labels))


def _retraining(config: TrainConfig) -> TrainConfig:
    """Balanced cross-entropy of the head for a few steps, with the same share of warm-up and as many looks."""

    def shortened(steps: int) -> int:
        return steps * config.retrain_steps // config.steps

    told = {
        "loss": LossName.NEIGHBOR_SILENCING, "steps": config.retrain_steps, "head_steps": 0,
        "warmup_steps": shortened(config.warmup_steps), "evaluate_every": max(1, shortened(config.evaluate_every)),
    }  # fmt: skip
    return config.model_copy(update=told)


def _own(data: TrainingSet, config: TrainConfig, arm: Arm) -> tuple[TrainingSet, TrainConfig]:
    unsilenced = config.model_copy(update={"silence": Silence.NONE, "lambda_s": 1.0})
    match arm:
        case Arm.TARGETS_ONLY:
            return _targets_only(data), unsilenced
        case Arm.SAME_VOLUME:
            return _same_volume(data, config), unsilenced
        case Arm.RANDOM:
            return _random(data, config), unsilenced
        case Arm.SHUFFLED:
            return _shuffled(data, config.seed), unsilenced
        case Arm.UNSILENCED:
            return data, unsilenced
        case Arm.SILENCED:
            return data, config
        case Arm.SILENCED_0:
            return data, config.model_copy(update={"lambda_s": 0.0})
        case Arm.RETRAINED:
            return _targets_only(data), _retraining(unsilenced)


def _check_loss(config: TrainConfig, arm: Arm) -> None:
    if arm in SILENCING and config.loss is not LossName.NEIGHBOR_SILENCING:
        raise BadInput(
            f"the arm {arm} silences neighbors, and train.loss {config.loss} silences nothing",
            f"set train.loss to {LossName.NEIGHBOR_SILENCING}, or leave the arm out",
        )


def derive(data: TrainingSet, config: TrainConfig, arm: Arm) -> tuple[TrainingSet, TrainConfig]:
    """The arm's data and settings, in steps; `data` holds all the auxiliaries, `config` the recipe's silencing.

    Shuffled labels keep every class's count, and so the prior. Of RETRAINED this is the second
    half, the classifier alone: SILENCED is what it stands upon. BadInput where the pictures that
    an arm adds are missing, or where it silences and the loss does not.
    """
    _check_loss(config, arm)
    own, settings = _own(data, in_steps(config, data), arm)
    return replace(own, spare=no_examples(), unrelated=no_examples()), settings


def added(data: TrainingSet, config: TrainConfig, arm: Arm) -> int:
    """Pictures that an epoch of the arm adds to the targets' own; of RETRAINED that of what it stands upon."""
    own, settings = derive(data, config, Arm.SILENCED if arm is Arm.RETRAINED else arm)
    return int(epoch_counts(own, settings.caps).sum()) - len(data.train)
