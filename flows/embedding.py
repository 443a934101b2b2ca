"""Pictures become vectors, perceptual hashes and thumbnails."""

from prefect import flow, unmapped

from flows.recipe import GivenRecipe
from flows.stage import ONE_BY_ONE, Run, collect, found, newest, seal, total
from storage.manifest import open_stage
from storage.records import Stage, StageRef
from tasks.embed.config import EmbedConfig
from tasks.embed.task import VERSION, check_readable, embed_pictures, encoder_content
from tasks.partition import part_names

PARTITIONS = 16
PICTURES_A_PARTITION = 256


def embed_pictures_of(run: Run, name: str, config: EmbedConfig, given: StageRef, refresh: bool = False) -> StageRef:
    """Embed what a finished stage lists, whichever it is; `name` is what the result is remembered by."""
    folder = open_stage(
        run.data_root, Stage.EMBED, VERSION, config, refresh=refresh, pictures=given, encoder=encoder_content(config)
    )
    if whole := found(run, name, folder):
        return whole
    names = part_names("embed", min(PARTITIONS, 1 + given.count // PICTURES_A_PARTITION))
    parts = collect(name, embed_pictures.map(folder, names, unmapped(config), unmapped(given)))
    check_readable(folder, parts, config, given)
    return seal(run, name, folder, parts, total(parts, "embedded"))


@flow(name="embed", flow_run_name="embed {recipe.name} {what}", task_runner=ONE_BY_ONE)
def embed(
    recipe: GivenRecipe, what: Stage = Stage.CRAWL, pictures: StageRef | None = None, refresh: bool = False
) -> StageRef:
    """Embed the pictures of the crawl, or those of the targets (`what`)."""
    name = Stage.EMBED if what is Stage.CRAWL else f"{Stage.EMBED}-{what}"
    return embed_pictures_of(recipe, name, recipe.embed, newest(recipe, what, pictures), refresh)
