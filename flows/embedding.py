"""Pictures become vectors, perceptual hashes and thumbnails, and the names that they go by become vectors too."""

from dataclasses import asdict

from prefect import flow, unmapped

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import embed_folder
from flows.parameters import Again, GivenRecipe, PicturesResult, What
from flows.placing import placed
from flows.recipe import Recipe
from flows.remote import run_elsewhere, within
from flows.runner import HERE, Runner
from flows.stage import ONE_BY_ONE, Run, found, newest, resumable, seal
from storage.manifest import Part, StageFolder
from storage.records import Stage, StageRef
from tasks.embed.config import EmbedConfig, HashConfig
from tasks.embed.task import (
    NAMES,
    check_readable,
    embed_names,
    embed_pictures,
    has_names,
)
from tasks.partition import part_names

PARTITIONS = 16
PICTURES_A_PARTITION = 256

DEPLOYMENT = "embed/embed"
"""The flow's name, and that of its deployment on the gpu pool."""


def _parts(name: str, folder: StageFolder, config: HashConfig, given: StageRef, runner: Runner) -> list[Part]:
    names = part_names("embed", min(PARTITIONS, 1 + given.count // PICTURES_A_PARTITION))
    with placed(runner, folder.root, gpu=isinstance(config, EmbedConfig) and config.device != "cpu"):
        futures = list(embed_pictures.map(folder, names, unmapped(config), unmapped(given)))
        if has_names(config, given):
            futures.append(embed_names.submit(folder, NAMES, config, given))
        return collect(name, futures)


def embed_pictures_of(
    run: Run, name: str, config: HashConfig, given: StageRef, refresh: bool = False, runner: Runner = HERE
) -> StageRef:
    """Embed what a finished stage lists, whichever it is; `name` is what the result is remembered by.

    With an EmbedConfig by its models, else for their hashes alone.
    """
    folder = resumable(embed_folder(run.data_root, config, given, refresh))
    if whole := found(run, name, folder):
        return whole
    parts = _parts(name, folder, config, given, runner)
    check_readable(folder, parts, config, given)
    return seal(run, name, folder, parts, total(parts, "embedded"))


def _elsewhere(recipe: Recipe, name: str, what: Stage, given: StageRef, refresh: bool) -> StageRef:
    """The same by a run of the deployment, which is told to do it itself."""
    folder = resumable(embed_folder(recipe.data_root, recipe.embed, given, refresh))
    if whole := found(recipe, name, folder):
        return whole
    there = recipe.model_copy(update={"embed": recipe.embed.model_copy(update={"where": "inline"})})
    parameters = {"recipe": there.model_dump(mode="json"), "what": what, "pictures": asdict(given), "refresh": refresh}
    return run_elsewhere(name, folder, DEPLOYMENT, parameters)


@flow(name="embed", flow_run_name="embed {recipe.name} {what}", task_runner=ONE_BY_ONE)
@beating
def embed(
    recipe: GivenRecipe, what: What = Stage.CRAWL, pictures: PicturesResult = None, refresh: Again = False
) -> StageRef:
    """Embed the pictures of the crawl, or those of the targets (`what`), here or on the gpu pool (`embed.where`).

    A run of the gpu pool's deployment works itself: of those there is one at a time, so another would wait for it.
    """
    name = Stage.EMBED if what is Stage.CRAWL else f"{Stage.EMBED}-{what}"
    given = newest(recipe, what, pictures)
    if recipe.embed.where == "deployment" and not within(DEPLOYMENT):
        return _elsewhere(recipe, name, what, given, refresh)
    return embed_pictures_of(recipe, name, recipe.embed, given, refresh, recipe.runner)
