"""Lengths of a training that a recipe counts in epochs, as steps."""

from training.config import TrainConfig, Unit
from training.data import TrainingSet
from training.priors import epoch_counts

COUNTED = ("steps", "warmup_steps", "head_steps", "evaluate_every")
"""What `train.unit` is the unit of."""


def epoch_steps(config: TrainConfig, data: TrainingSet) -> int:
    """The steps in which every picture of an epoch is seen: targets, and of each auxiliary class its cap.

    A batch that an epoch does not fill is filled by the next one.
    """
    return -(-int(epoch_counts(data, config.caps).sum()) // config.batch_size)


def in_steps(config: TrainConfig, data: TrainingSet) -> TrainConfig:
    """The settings with all lengths in steps; `data` is the recipe's whole set, with all auxiliaries.

    So an epoch is as long for every arm, whatever the arm leaves out: between two of them steps and rates are the same.
    """
    if config.unit is Unit.STEP:
        return config
    each = epoch_steps(config, data)
    counted = {name: each * getattr(config, name) for name in COUNTED}
    return config.model_copy(update={**counted, "unit": Unit.STEP})
