"""A recipe: one YAML file, one validated model, everything that a run is made of."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from storage.errors import BadInput
from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from tasks.crawl.config import CrawlConfig
from tasks.embed.config import EmbedConfig
from tasks.neighbors.config import NeighborsConfig
from tasks.report.config import ReportConfig
from tasks.select.config import SelectConfig
from tasks.shard.config import ShardConfig
from tasks.targets.config import TargetsConfig
from training.config import TrainConfig

VARIABLE = re.compile(r"\$\{(\w+)\}")


class Recipe(Section):
    """A long-tailed data set, and what to make of it; one section a stage."""

    name: str = Field(pattern=r"^[\w.-]+$", description="Names the run and its report", examples=["grocery"])
    data_root: str = Field("runs", description="Folder of everything written", json_schema_extra=NOT_IN_KEY)
    targets: TargetsConfig = Field(description="The long-tailed data set")
    neighbors: NeighborsConfig = Field(description="Who names the neighbor categories")
    crawl: CrawlConfig = Field(description="Where and how pictures are collected")
    embed: EmbedConfig = Field(description="What turns pictures into vectors")
    select: SelectConfig = Field(default_factory=SelectConfig, description="What is kept")
    shard: ShardConfig = Field(default_factory=ShardConfig, description="How kept pictures are packed")
    train: TrainConfig = Field(default_factory=TrainConfig, description="How the classifier is trained")
    report: ReportConfig = Field(default_factory=ReportConfig, description="What the report shows")


def _expand(value: Any, where: str) -> Any:
    """The YAML value with every ${VARIABLE} replaced from the environment."""
    if isinstance(value, dict):
        return {name: _expand(item, f"{where}.{name}" if where else str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    missing = [name for name in VARIABLE.findall(value) if name not in os.environ]
    if missing:
        raise BadInput(
            f"field {where}: the environment variable {missing[0]} is not set",
            f"set it before the command: {missing[0]}=/path/to/it python -m flows.pipeline ...",
        )
    return VARIABLE.sub(lambda match: os.environ[match[1]], value)


def _complaint(error: ValidationError) -> str:
    """Every field that pydantic refused, a line each."""
    return "; ".join(
        f"field {'.'.join(map(str, item['loc'])) or '(top)'}: {item['msg']}"
        + (f" (given: {item['input']!r})" if item["type"] not in ("missing", "extra_forbidden") else "")
        for item in error.errors()
    )


def load_recipe(path: str, data_root: str | None = None) -> Recipe:
    """Read and check a recipe; `data_root` takes the place of the file's own."""
    try:
        data = yaml.safe_load(Path(path).read_text())
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"there is no recipe file {path}", "give the path of a YAML file; recipes/ has some") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not YAML: {error}", "mend the line that the message names") from error
    if not isinstance(data, dict):
        raise BadInput(f"{path} holds no fields", "see recipes/ for what a recipe looks like")
    if data_root is not None:
        data["data_root"] = data_root
    try:
        return Recipe.model_validate(_expand(data, ""))
    except ValidationError as error:
        raise BadInput(f"{path}: {_complaint(error)}", "mend these fields; docs/recipes.md lists them all") from error


def _given(value: object) -> object:
    return load_recipe(value) if isinstance(value, str) else value


class _OrPath:
    """Says in the schema of a parameter that a path may stand for the recipe."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "title": "Path of a recipe"}, handler(schema)]}


GivenRecipe = Annotated[Recipe, BeforeValidator(_given), _OrPath()]
"""A flow's parameter: a recipe, or the path of its file, as deployments give it."""
