"""The runs of a comparison: each changes one factor of the full set and leaves the rest alone."""

from dataclasses import replace

from training.config import Arm, TrainConfig
from training.data import TrainingSet
from training.randomness import stream


def _targets_only(data: TrainingSet) -> TrainingSet:
    nothing = replace(data.auxiliary, inputs=data.auxiliary.inputs[:0], labels=data.auxiliary.labels[:0])
    return replace(data, auxiliaries=(), edges=data.edges[:0], auxiliary=nothing)


def _shuffled(data: TrainingSet, seed: int) -> TrainingSet:
    labels = stream(seed, "shuffled labels").permutation(data.auxiliary.labels)
    return replace(data, auxiliary=replace(data.auxiliary, labels=labels))


def derive(data: TrainingSet, config: TrainConfig, arm: Arm) -> tuple[TrainingSet, TrainConfig]:
    """The arm's data and settings; `data` holds all the auxiliaries, `config` the recipe's lambda_s.

    Shuffled labels keep every class's count, and so the prior; they are neighbors of nothing,
    and are not silenced.
    """
    unsilenced = config.model_copy(update={"lambda_s": 1.0})
    match arm:
        case Arm.TARGETS_ONLY:
            return _targets_only(data), unsilenced
        case Arm.SHUFFLED:
            return _shuffled(data, config.seed), unsilenced
        case Arm.UNSILENCED:
            return data, unsilenced
        case Arm.SILENCED:
            return data, config
        case Arm.SILENCED_0:
            return data, config.model_copy(update={"lambda_s": 0.0})
