"""What training reads of a recipe, and of the stages that it has finished."""

from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from storage.errors import BadInput
from storage.latest import recall
from storage.manifest import read_manifest
from storage.records import Stage, StageRef
from training.config import Mode, TrainConfig

if TYPE_CHECKING:
    from training.data import TrainingSet


class TrainingRecipe(BaseModel):
    """A recipe's name, place and `train` section; its other sections are those of other stages, checked by them."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)

    name: str = Field(pattern=r"^[\w.-]+$", description="Names the run")
    data_root: str = Field("runs", description="Folder of everything written")
    train: TrainConfig = Field(default_factory=TrainConfig, description="How the classifier is trained")


class Finished(NamedTuple):
    """The newest finished stages that a training set is read from."""

    targets: StageRef
    target_vectors: StageRef
    shards: StageRef
    vectors: StageRef


def finished_stages(recipe: TrainingRecipe) -> Finished:
    """The recipe's newest; raises BadInput where one is missing, or where the vectors are of another target set."""
    names = (Stage.TARGETS, f"{Stage.EMBED}-{Stage.TARGETS}", Stage.SHARD, Stage.EMBED)
    newest = Finished(*(recall(recipe.data_root, recipe.name, name) for name in names))
    if read_manifest(newest.target_vectors.uri).inputs["pictures"] != newest.targets.content:
        raise BadInput(
            "the newest target vectors were not made of the newest target set",
            f"run python -m flows.pipeline recipes/{recipe.name}.yaml --until {Stage.EMBED}",
        )
    return newest


def training_set(finished: Finished, mode: Mode) -> "TrainingSet":
    """The set of the stages: feature vectors, or the pictures where the whole network is trained."""
    from training.read import read_features, read_pictures  # torch is heavy: a wrong recipe is told of without it

    if mode is Mode.FEATURES:
        return read_features(*finished)
    return read_pictures(finished.targets, finished.target_vectors, finished.shards)
