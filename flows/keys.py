"""What the key of every stage is made of: one function a stage, and nothing is run.

Each gives the folder in which the stage's result lies, or will lie, for a recipe and the stages that it is made of.
"""

from collections.abc import Sequence
from pathlib import Path

from flows.recipe import Recipe
from storage.fingerprint import fingerprint
from storage.manifest import StageFolder, open_stage
from storage.records import Neighbor, Stage, StageRef
from tasks.catalog.task import VERSION as CATALOG_VERSION
from tasks.catalog.task import digests
from tasks.crawl.task import VERSION as CRAWL_VERSION
from tasks.crawl.task import sources_content
from tasks.embed.config import HashConfig
from tasks.embed.task import VERSION as EMBED_VERSION
from tasks.embed.task import models_content
from tasks.neighbors.task import VERSION as NEIGHBORS_VERSION
from tasks.neighbors.task import names_digest, outside_digest
from tasks.report.task import VERSION as REPORT_VERSION
from tasks.select.marks import Marks
from tasks.select.task import VERSION as SELECT_VERSION
from tasks.shard.task import VERSION as SHARD_VERSION
from tasks.targets.task import VERSION as TARGETS_VERSION
from tasks.targets.task import data_digest
from training.config import VERSION as TRAIN_VERSION
from training.recipe import Finished
from vision.encoders import encoder_digest


def targets_folder(recipe: Recipe, refresh: bool = False) -> StageFolder:
    """The key holds the pictures' content, so a changed file is a changed stage.

    It holds their place too, since the rows say where the bytes lie; their content does not, so
    after a move the pictures are listed anew and nothing else runs again.
    """
    data, place = data_digest(recipe.targets, recipe.data_root), str(Path(recipe.targets.root).resolve())
    return open_stage(
        recipe.data_root, Stage.TARGETS, TARGETS_VERSION, recipe.targets, refresh=refresh, data=data, place=place
    )


def catalog_folder(root: str, path: str, refresh: bool = False) -> StageFolder:
    """Of a data set that lies outside, by its content and its places."""
    return open_stage(root, Stage.CATALOG, CATALOG_VERSION, {}, refresh=refresh, **digests(path, root))


def neighbors_folder(recipe: Recipe, targets: StageRef, refresh: bool = False) -> StageFolder:
    """Of the names as they were given and vetted; none of the pictures of the classes is in the key."""
    return open_stage(
        recipe.data_root, Stage.NEIGHBORS, NEIGHBORS_VERSION, recipe.neighbors,
        refresh=refresh, classes=names_digest(targets), outside=outside_digest(recipe.neighbors),
    )  # fmt: skip


def edited_folder(recipe: Recipe, names: StageRef, rows: Sequence[Neighbor]) -> StageFolder:
    """Of the names as a person left them."""
    return open_stage(
        recipe.data_root, Stage.NEIGHBORS, NEIGHBORS_VERSION, recipe.neighbors, names=names, edits=fingerprint(rows)
    )


def crawl_folder(recipe: Recipe, neighbors: StageRef, refresh: bool = False) -> StageFolder:
    """Of what the web offers and brings for the names, as of the recipe's day."""
    return open_stage(
        recipe.data_root, Stage.CRAWL, CRAWL_VERSION, recipe.crawl,
        refresh=refresh, neighbors=neighbors, sources=sources_content(recipe.crawl),
    )  # fmt: skip


def embed_folder(root: str, config: HashConfig, pictures: StageRef, refresh: bool = False) -> StageFolder:
    """Of the vectors and hashes of what a stage lists, by the content of the models."""
    return open_stage(
        root, Stage.EMBED, EMBED_VERSION, config, refresh=refresh, pictures=pictures, encoder=models_content(config)
    )


def select_folder(
    recipe: Recipe,
    targets: StageRef,
    neighbors: StageRef,
    crawl: StageRef,
    target_vectors: StageRef,
    vectors: StageRef,
    earlier: Sequence[tuple[StageRef, StageRef]],
    marks: Marks,
    refresh: bool = False,
) -> StageFolder:
    """Of the verdicts; `earlier` are catalogs of data sets that are there, and their vectors, by names of their own.

    Marks made by hand count by what they say.
    """
    pairs = {f"earlier-{place}": pair for place, pair in enumerate(earlier)}
    named = {name: listed for name, (listed, _) in pairs.items()}
    seen = {f"{name}-vectors": embedded for name, (_, embedded) in pairs.items()}
    return open_stage(
        recipe.data_root, Stage.SELECT, SELECT_VERSION, recipe.select, refresh=refresh, targets=targets,
        neighbors=neighbors, crawl=crawl, target_vectors=target_vectors, vectors=vectors, overrides=marks.content,
        **named, **seen,
    )  # fmt: skip


def shard_folder(
    recipe: Recipe, neighbors: StageRef, crawl: StageRef, select: StageRef, refresh: bool = False
) -> StageFolder:
    """Of the packed pictures that were kept; not of the card beside them, which tells of settings too."""
    return open_stage(
        recipe.data_root, Stage.SHARD, SHARD_VERSION, recipe.shard,
        refresh=refresh, neighbors=neighbors, crawl=crawl, select=select,
    )  # fmt: skip


def train_folder(recipe: Recipe, stages: Finished, refresh: bool = False) -> StageFolder:
    """Of the trained arms, by the weights that they start from."""
    return open_stage(
        recipe.data_root, Stage.TRAIN, TRAIN_VERSION, recipe.train, refresh=refresh,
        targets=stages.targets, target_vectors=stages.target_vectors, shards=stages.shards, vectors=stages.vectors,
        backbone=encoder_digest(recipe.train.encoder) if recipe.train.encoder else "none",
    )  # fmt: skip


def report_folder(recipe: Recipe, stages: Sequence[StageRef], settings: str, refresh: bool = False) -> StageFolder:
    """Of the page on these stages; `settings` is a digest of select's, which the page tells and no content does."""
    inputs = {f"{number}-{ref.stage}": ref for number, ref in enumerate(stages)}
    return open_stage(
        recipe.data_root, Stage.REPORT, REPORT_VERSION, recipe.report,
        refresh=refresh, title=recipe.name, settings=settings, **inputs,
    )  # fmt: skip
