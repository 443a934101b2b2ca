"""What a comparison trains on, and which arms that is enough for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.errors import BadInput
from training.config import SILENCING, Arm, LossName, Silence, TrainConfig
from training.controls import read_spare, read_unrelated
from training.data import Examples, TrainingSet
from training.recipe import TrainingRecipe, finished_stages, read, training_set

OPTION = {Arm.SAME_VOLUME: "--spare", Arm.RANDOM: "--unrelated"}
"""The option that gives the pictures that an arm adds."""


def comparison_set(recipe: TrainingRecipe, others: Mapping[Arm, str]) -> TrainingSet:
    """The recipe's set, with what the control arms add out of the recipes that are named for them.

    BadInput where such a recipe has nothing to add, or where there is no test picture to compare on.
    """
    mode = recipe.train.mode
    ours = finished_stages(recipe, mode)
    data = training_set(ours, mode)
    if len(data.test) == 0:
        raise BadInput("the test split is empty", "list pictures for it: arms are compared on it alone")
    found: dict[Arm, Examples] = {}
    for arm, path in others.items():
        other = finished_stages(read(path), mode)
        found[arm] = (read_spare if arm is Arm.SAME_VOLUME else read_unrelated)(ours, other, mode)
        if len(found[arm]) == 0:
            raise BadInput(
                f"{OPTION[arm]} {path}: its finished stages hold no picture that the arm {arm} could add",
                "name another recipe: pictures and names that this one has do not count",
            )
    return replace(
        data,
        spare=found.get(Arm.SAME_VOLUME, data.spare),
        unrelated=found.get(Arm.RANDOM, data.unrelated),
    )


def _lacking(data: TrainingSet, config: TrainConfig) -> dict[Arm, str]:
    """What keeps an arm from being one of its own, for those that would lack pictures or repeat another."""
    given = ((Arm.SAME_VOLUME, data.spare), (Arm.RANDOM, data.unrelated))
    lacking = {arm: f"{OPTION[arm]} RECIPE gives the pictures that it adds" for arm, held in given if len(held) == 0}
    if config.loss is not LossName.NEIGHBOR_SILENCING:
        return lacking | dict.fromkeys(SILENCING, f"train.loss {config.loss} silences nothing")
    if config.silence is Silence.NONE:
        return lacking | dict.fromkeys((Arm.SILENCED, Arm.SILENCED_0), "train.silence none makes it unsilenced")
    if config.lambda_s == 1:
        lacking[Arm.SILENCED] = "train.lambda_s 1 makes it unsilenced"
    if config.lambda_s == 0:
        lacking[Arm.SILENCED_0] = "train.lambda_s 0 makes it silenced"
    return lacking


def possible(arms: Sequence[Arm], data: TrainingSet, config: TrainConfig) -> tuple[tuple[Arm, ...], tuple[str, ...]]:
    """The arms that have their pictures and are none of the others; and a line for each other."""
    lacking = _lacking(data, config)
    lines = [f"{arm} is left out: {lacking[arm]}" for arm in arms if arm in lacking]
    return tuple(arm for arm in arms if arm not in lacking), tuple(lines)
