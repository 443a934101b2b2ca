"""What training reads of a recipe, and of the stages that it has finished."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from storage import filesystem
from storage.errors import BadInput, DamagedStore
from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.recipe_file import read_recipe
from storage.records import Stage, StageRef, TargetClass
from storage.section import Section
from training.config import Mode, TrainConfig

if TYPE_CHECKING:
    from training.data import TrainingSet

OF_OTHERS = ("runner", "targets", "neighbors", "crawl", "embed", "select", "shard", "report")
"""The sections of a recipe that other stages read, and check."""


class TrainingRecipe(Section):
    """A recipe's name, place and `train` section."""

    name: str = Field(pattern=r"^[\w.-]+$", description="Names the run")
    data_root: str = Field("runs", description="Folder of everything written")
    train: TrainConfig = Field(default_factory=TrainConfig, description="How the classifier is trained")


def read(path: str, data_root: str | None = None) -> TrainingRecipe:
    """What a recipe's file says of training; `data_root` takes the place of its own."""
    return read_recipe(TrainingRecipe, path, data_root, passed_over=OF_OTHERS)


class Finished(NamedTuple):
    """The newest finished stages that a training set is read from."""

    targets: StageRef
    target_vectors: StageRef
    shards: StageRef
    vectors: StageRef


def _input(ref: StageRef, name: str) -> str | None:
    """The content that a stage was made of, under the name that it has there."""
    return read_manifest(ref.uri).inputs.get(name)


def _judged_by(shards: StageRef) -> set[str]:
    """The contents of the target sets by which the pictures of these shards were chosen; none where nothing tells.

    Shards name their verdicts by content, so all verdicts that came out the same count, whichever were packed.
    """
    content, found = _input(shards, Stage.SELECT), set[str]()
    verdicts = filesystem.join(shards.uri.rsplit("/", 2)[0], Stage.SELECT)
    for key in filesystem.list_folders(verdicts) if content else ():
        with suppress(DamagedStore):  # not whole
            manifest = read_manifest(filesystem.join(verdicts, key))
            if manifest.ref.content == content:
                found.add(manifest.inputs[Stage.TARGETS])
    return found


def _faults(finished: Finished, mode: Mode) -> Iterator[str]:
    """What does not belong together, of what the mode reads: a whole network needs no vectors of candidates."""
    if _input(finished.target_vectors, "pictures") != finished.targets.content:
        yield "the newest target vectors were not made of the newest target set"
    judged_by = _judged_by(finished.shards)
    if judged_by and finished.targets.content not in judged_by:
        yield "the verdicts that the newest shards were packed by were not made of the newest target set"
    if mode is Mode.FINETUNE:
        return
    if _input(finished.vectors, "pictures") != _input(finished.shards, "crawl"):
        yield "the newest candidate vectors were not made of the crawl that the newest shards were packed from"
    if _input(finished.vectors, "encoder") != _input(finished.target_vectors, "encoder"):
        yield "the newest target and candidate vectors were made by two encoders"


def require_one_piece(recipe: str, finished: Finished, mode: Mode) -> None:
    """Raise BadInput where vectors are of other pictures than the mode trains on or of two encoders, or leaks unsought.

    Pictures without a vector would else be taken for lost, and an arm that adds them for the targets alone. Of shards
    that another target set was looked for in, nobody knows whether they hold this one's test pictures.
    """
    for fault in _faults(finished, mode):
        raise BadInput(fault, f"run python -m flows.pipeline recipes/{recipe}.yaml --until {Stage.SHARD}")


def require_validation(targets: StageRef) -> None:
    """Raise BadInput where the target set has no picture to validate on, which training would miss hours later."""
    if not any(one.val for one in read_rows(targets, TargetClass)):
        raise BadInput(
            "there are no validation pictures, on which checkpoints are chosen",
            "list some (`targets.val`, or a folder val/), or take some from train by `targets.held_out`, "
            "whose `keep` must be less than the largest class has; --until shard needs none",
        )


def finished_stages(recipe: TrainingRecipe, mode: Mode) -> Finished:
    """The recipe's newest; raises BadInput where one is missing, or where they are not of one piece."""
    names = (Stage.TARGETS, f"{Stage.EMBED}-{Stage.TARGETS}", Stage.SHARD, Stage.EMBED)
    newest = Finished(*(recall(recipe.data_root, recipe.name, name) for name in names))
    require_one_piece(recipe.name, newest, mode)
    return newest


def training_set(finished: Finished, mode: Mode) -> "TrainingSet":
    """The set of the stages: feature vectors, or the pictures where the whole network is trained."""
    from training.read import read_features, read_pictures  # torch is heavy: a wrong recipe is told of without it

    if mode is Mode.FEATURES:
        return read_features(*finished)
    return read_pictures(finished.targets, finished.target_vectors, finished.shards)
