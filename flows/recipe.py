"""A recipe: one YAML file, one validated model, everything that a run is made of."""

from typing import Self

from pydantic import Field, model_validator

from flows.runner import Runner, Threads
from storage.fingerprint import NOT_IN_KEY
from storage.recipe_file import read_recipe
from storage.section import Section
from tasks.crawl.config import CrawlConfig
from tasks.embed.config import EmbedConfig
from tasks.neighbors.config import NeighborsConfig
from tasks.report.config import ReportConfig
from tasks.select.config import SelectConfig
from tasks.shard.config import ShardConfig
from tasks.targets.config import TargetsConfig
from training.config import Arm, TrainConfig


class Recipe(Section):
    """A long-tailed data set, and what to make of it; one section a stage."""

    name: str = Field(pattern=r"^[\w.-]+$", description="Names the run and its report", examples=["grocery"])
    data_root: str = Field("runs", description="Folder of everything written", json_schema_extra=NOT_IN_KEY)
    runner: Runner = Field(default_factory=Threads, description="Where partitions run", json_schema_extra=NOT_IN_KEY)
    targets: TargetsConfig = Field(description="The long-tailed data set")
    neighbors: NeighborsConfig = Field(description="Who names the neighbor categories")
    crawl: CrawlConfig = Field(description="Where and how pictures are collected")
    embed: EmbedConfig = Field(description="What turns pictures into vectors")
    select: SelectConfig = Field(default_factory=SelectConfig, description="What is kept")
    shard: ShardConfig = Field(default_factory=ShardConfig, description="How kept pictures are packed")
    train: TrainConfig = Field(default_factory=TrainConfig, description="How the classifier is trained")
    report: ReportConfig = Field(default_factory=ReportConfig, description="What the report shows")

    @model_validator(mode="after")
    def _has_the_pictures(self) -> Self:
        if lacking := {Arm.SAME_VOLUME, Arm.RANDOM} & set(self.train.arms):
            raise ValueError(
                f"train.arms: the pipeline has no pictures for {', '.join(sorted(lacking))}; take it off, "
                "and give them to python -m training.compare by --spare and --unrelated"
            )
        return self


def load_recipe(path: str, data_root: str | None = None) -> Recipe:
    """Read and check a recipe; `data_root` takes the place of the file's own."""
    return read_recipe(Recipe, path, data_root)
