"""Data sets that lie outside go through the stages that copies are found by."""

from collections.abc import Sequence

from prefect import flow

from flows.catalog import catalog, outside_name
from flows.embedding import embed, embed_pictures_of
from flows.heartbeats import beating
from flows.recipe import Recipe
from flows.stage import ONE_BY_ONE, Run
from storage.latest import remember
from storage.records import Stage, StageRef
from tasks.embed.config import CAPTION, EmbedConfig, HashConfig


@flow(name="embed-outside", flow_run_name="{name}", task_runner=ONE_BY_ONE, validate_parameters=False)
@beating
def _embed(run: Run, name: str, config: HashConfig, pictures: StageRef, refresh: bool) -> StageRef:
    """Embed what a catalog lists; a flow of its own, since a stage that is whole ends its flow as cached."""
    return embed_pictures_of(run, name, config, pictures, refresh)


def plain(config: EmbedConfig) -> EmbedConfig:
    """As the candidates are embedded, but nobody asks what these pictures show."""
    return config.model_copy(update={"clip": None, "scorers": (), "captions": (CAPTION,)})


def _embedded(run: Run, name: str, config: HashConfig, pictures: StageRef, refresh: bool) -> StageRef:
    """Here, or on the gpu pool where the run is a recipe's that says so."""
    if not isinstance(config, EmbedConfig):
        return _embed(run, name, config, pictures, refresh)
    if isinstance(run, Recipe) and config.where == "deployment":
        ref = embed(run.model_copy(update={"embed": plain(config)}), Stage.CATALOG, pictures, refresh)
        remember(run.data_root, run.name, name, ref)  # the deployment cannot tell one catalog from another
        return ref
    return _embed(run, name, plain(config), pictures, refresh)


def earlier(
    run: Run, paths: Sequence[str], config: HashConfig, refresh: bool = False
) -> list[tuple[StageRef, StageRef]]:
    """The catalog and the embedding of each data set, in the order of their paths."""
    catalogs = [(path, catalog(run, path, refresh)) for path in paths]
    return [
        (pictures, _embedded(run, f"{Stage.EMBED}-{outside_name(path)}", config, pictures, refresh))
        for path, pictures in catalogs
    ]
