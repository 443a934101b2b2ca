"""What is taken away: one arm's trained network, what it came to, and the stages behind it."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from storage import filesystem
from storage.errors import BadInput
from storage.fingerprint import plain
from storage.latest import recall
from storage.manifest import Manifest, read_manifest, read_rows
from storage.recipe_file import read_recipe
from storage.records import Accuracy, Calibration, Split, Stage, StageRef
from storage.scratch import local_copy
from training.checkpoint import load_weights
from training.config import VERSION, Arm, Mode, TrainConfig
from training.data import TrainingSet
from training.exporting.lineage import Index, finished, stage_of
from training.fit import build, fit
from training.folder import alone_in
from training.loop import Run
from training.recipe import OF_OTHERS, Finished, TrainingRecipe, finished_stages, training_set
from vision.config import EncoderConfig


class _Embed(BaseModel):
    """Of the `embed` section what export needs."""

    encoder: EncoderConfig


class _Recipe(BaseModel):
    embed: _Embed


@dataclass(frozen=True, slots=True)
class Learned:
    """A finished run with its best weights, on the CPU in evaluation; `train` is its stage, None of one by hand.

    `encoder` is what looks at the pictures: the network itself in mode finetune, in mode features the frozen one.
    """

    recipe: TrainingRecipe
    arm: Arm
    run: Run
    data: TrainingSet
    encoder: EncoderConfig
    stages: Finished
    index: Index
    accuracy: tuple[Accuracy, ...]
    calibration: tuple[Calibration, ...]
    train: StageRef | None = None

    @property
    def config(self) -> TrainConfig:
        """The recipe's settings of the training."""
        return self.recipe.train


def _still(encoder: EncoderConfig) -> EncoderConfig:
    """The encoder without torch.compile, which is nothing that can be exported."""
    return encoder.model_copy(update={"compile": False})


def _on_cpu(config: TrainConfig) -> TrainConfig:
    encoder = _still(config.encoder) if config.encoder else None
    return config.model_copy(update={"device": "cpu", "compile": False, "workers": 0, "encoder": encoder})


def _encoder(recipe: TrainingRecipe, path: str) -> EncoderConfig:
    """What looks at the pictures."""
    if recipe.train.mode is Mode.FINETUNE and recipe.train.encoder:
        return _still(recipe.train.encoder)
    others = [name for name in OF_OTHERS if name != "embed"]
    return _still(read_recipe(_Recipe, path, recipe.data_root, passed_over=others).embed.encoder)


def _built(data: TrainingSet, config: TrainConfig, arm: Arm, checkpoint: Path | str) -> Run:
    """The run as it was trained, with its best weights."""
    run = build(data, _on_cpu(config), arm, Path())
    with local_copy(str(checkpoint)) as held:
        load_weights(held, run.network)
    run.network.eval()
    return run


def _check_settings(recipe: TrainingRecipe, manifest: Manifest) -> None:
    if manifest.version != VERSION:
        problem = f"the newest training of {recipe.name} is of version {manifest.version}, and this code of {VERSION}"
        raise BadInput(problem, "run the pipeline again: it trains anew")
    told: dict[str, object] = plain(recipe.train)
    if changed := [name for name in told if told[name] != manifest.config.get(name)]:
        raise BadInput(
            f"the recipe has changed since its newest training: train.{', train.'.join(changed)}",
            "run the pipeline again, or give the recipe as it was",
        )


def _checkpoint(manifest: Manifest, train: StageRef, arm: Arm) -> str:
    """Where an arm's weights lie; raises BadInput where it was not trained."""
    files = [file.name for part in manifest.parts for file in part.files if file.kind == "checkpoint"]
    held = {name.rpartition("/")[2].rpartition(".")[0]: name for name in files}
    if arm not in held:
        raise BadInput(
            f"the newest training has no arm {arm}; it has {', '.join(held)}",
            "give one of them by --arm, or add the arm to train.arms and run the pipeline",
        )
    return filesystem.join(train.uri, held[arm])


def of_stage(recipe: TrainingRecipe, path: str, arm: Arm) -> Learned:
    """An arm of the recipe's newest train stage; BadInput where there is none, or where the recipe has changed."""
    train = recall(recipe.data_root, recipe.name, Stage.TRAIN)
    manifest, index = read_manifest(train.uri), finished(recipe.data_root)
    _check_settings(recipe, manifest)
    checkpoint = _checkpoint(manifest, train, arm)
    stages = Finished(*(stage_of(index, manifest.inputs[name], name) for name in Finished._fields))
    data = training_set(stages, recipe.train.mode)
    return Learned(
        recipe, arm, _built(data, recipe.train, arm, checkpoint), data, _encoder(recipe, path), stages, index,
        tuple(read_rows(train, Accuracy)), tuple(read_rows(train, Calibration)), train,
    )  # fmt: skip


def of_folder(recipe: TrainingRecipe, path: str, arm: Arm, folder: Path) -> Learned:
    """A run of `python -m training.run`; BadInput where it is not finished, or was of other data or settings."""
    stages = finished_stages(recipe, recipe.train.mode)
    data = training_set(stages, recipe.train.mode)
    run = build(data, _on_cpu(recipe.train), arm, folder)
    if not (run.best.exists() and run.last.exists()):
        raise BadInput(
            f"no finished run lies in {folder}",
            f"run python -m training.run {path} --arm {arm} --folder {folder}, which goes on with what there is",
        )
    with alone_in(folder, "run", "wait for it"):
        fitted = fit(data, recipe.train, arm, folder)  # which finds it finished, and judges it again
    return Learned(
        recipe, arm, _built(data, recipe.train, arm, fitted.checkpoint), data, _encoder(recipe, path), stages,
        finished(recipe.data_root), (*fitted.val, *fitted.test), fitted.calibration,
    )  # fmt: skip


def judged_on(rows: tuple[Accuracy, ...]) -> Split:
    """Test, or validation where there is none."""
    return Split.TEST if any(row.split is Split.TEST for row in rows) else Split.VAL
