"""What a recipe will train on, as far as the recipe itself says it: before there is a data set, or a neighbor."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from storage.errors import BadInput
from storage.latest import is_remembered, recall
from storage.manifest import read_rows
from storage.recipe_file import read_recipe
from storage.records import Stage, TargetClass
from training.config import Mode, TrainConfig
from training.recipe import TrainingRecipe

OF_OTHERS = ("runner", "crawl", "embed", "select", "shard", "report")
"""The sections that say nothing of the sizes."""


class _Part(BaseModel):
    """What is read of a section of another stage; that stage checks the rest."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Expected(_Part):
    """Of `targets.expect`, which the targets stage holds its data set to."""

    classes: int | None = None
    train: int | None = None


class Targets(_Part):
    """Of `targets`."""

    expect: Expected | None = None


class Allocation(_Part):
    """Of `neighbors.allocation`, with the defaults of that stage."""

    per_class: int = 8
    total: int | None = None
    least: int = 2
    most: int = 32

    def names(self, classes: int) -> int:
        """Names for so many classes, as far as the bounds of each class let them."""
        wanted = self.total if self.total is not None else self.per_class * classes
        return min(max(wanted, self.least * classes), self.most * classes)


class Neighbors(_Part):
    """Of `neighbors`."""

    allocation: Allocation = Field(default_factory=Allocation)


class SizedRecipe(TrainingRecipe):
    """A recipe's `train` section, and what the others say of sizes."""

    targets: Targets = Field(default_factory=Targets)
    neighbors: Neighbors = Field(default_factory=Neighbors)


@dataclass(frozen=True, slots=True)
class Plan:
    """The training pictures of every target class, how many auxiliary classes there will be, and the settings."""

    name: str
    train_counts: tuple[int, ...]
    auxiliaries: int
    config: TrainConfig


def _of_stage(recipe: SizedRecipe) -> tuple[int, ...] | None:
    """Training pictures of each class as the newest finished targets stage counts them; None where there is none."""
    if not is_remembered(recipe.data_root, recipe.name, Stage.TARGETS):
        return None
    ref = recall(recipe.data_root, recipe.name, Stage.TARGETS)
    return tuple(row.train for row in read_rows(ref, TargetClass))


def _train_counts(recipe: SizedRecipe) -> tuple[int, ...]:
    """As the recipe expects them, the same for each class as far as they can be; else as its targets stage counted."""
    expect = recipe.targets.expect or Expected()
    if expect.classes and expect.train:
        each, rest = divmod(expect.train, expect.classes)
        return tuple(each + (label < rest) for label in range(expect.classes))
    if counts := _of_stage(recipe):
        return counts
    raise BadInput(
        "nothing says yet how many classes and training pictures there are",
        "set targets.expect.classes and targets.expect.train, or run the pipeline first with "
        f"--until {Stage.TARGETS} (or --until {Stage.SHARD}, to train too)",
    )


def plan_of(path: str, data_root: str | None = None) -> Plan:
    """What the recipe says; its variables need not be set, since nothing is opened that they name.

    BadInput where it trains no network of its own, or where nobody knows the number of classes.
    """
    recipe = read_recipe(SizedRecipe, path, data_root, passed_over=OF_OTHERS, needs_variables=False)
    if recipe.train.mode is not Mode.FINETUNE:
        raise BadInput(
            f"{path} trains a small classifier of vectors (train.mode: {Mode.FEATURES}), which needs no trial",
            f"run it; or set train.mode to {Mode.FINETUNE} and train.encoder to the network",
        )
    counts = _train_counts(recipe)
    return Plan(recipe.name, counts, recipe.neighbors.allocation.names(len(counts)), recipe.train)
