"""What helps is kept: similarity, duplicates and leaks are judged, and every verdict has its reason."""

from collections.abc import Sequence

from prefect import flow

from flows.calibration import calibrated, show_calibration, truth_of
from flows.earlier import earlier
from flows.recipe import GivenRecipe
from flows.stage import SIDE_BY_SIDE, collect, found, newest, require_made_of, seal, total
from storage.errors import BadInput
from storage.manifest import open_stage, read_manifest
from storage.records import Stage, StageRef
from tasks.embed.config import EmbedConfig
from tasks.embed.task import models_content
from tasks.select.task import VERSION, judge


def require_seen_by(config: EmbedConfig, *embedded: StageRef) -> None:
    """Refuse vectors of other models than the recipe's: cosines between two models' vectors mean nothing."""
    ours = models_content(config)
    for ref in embedded:
        if read_manifest(ref.uri).inputs["encoder"] != ours:
            raise BadInput(
                f"the vectors at {ref.uri} are of another encoder than the recipe's embed section names",
                "run embed again first, for the targets and for the crawl; the whole pipeline does so by itself",
            )


def _inputs(earlier: Sequence[tuple[StageRef, StageRef]]) -> dict[str, StageRef]:
    """The earlier data sets as inputs of the stage, by names of their own."""
    named = [(f"earlier-{place}", f"earlier-{place}-vectors") for place in range(len(earlier))]
    return {
        name: ref for names, refs in zip(named, earlier, strict=True) for name, ref in zip(names, refs, strict=True)
    }


@flow(name="select", flow_run_name="select {recipe.name}", task_runner=SIDE_BY_SIDE)
def select(
    recipe: GivenRecipe,
    targets: StageRef | None = None,
    neighbors: StageRef | None = None,
    crawl: StageRef | None = None,
    target_vectors: StageRef | None = None,
    vectors: StageRef | None = None,
    refresh: bool = False,
) -> StageRef:
    """Decide on every fetched candidate; one partition, since copies are found across all of them."""
    targets = newest(recipe, Stage.TARGETS, targets)
    neighbors = newest(recipe, Stage.NEIGHBORS, neighbors)
    crawl = newest(recipe, Stage.CRAWL, crawl)
    target_vectors = newest(recipe, f"{Stage.EMBED}-{Stage.TARGETS}", target_vectors)
    vectors = newest(recipe, Stage.EMBED, vectors)
    require_made_of(target_vectors, "pictures", targets)
    require_made_of(vectors, "pictures", crawl)
    require_seen_by(recipe.embed, target_vectors, vectors)
    truth, held = truth_of(recipe.select), earlier(recipe, recipe.select.earlier, recipe.embed)
    folder = open_stage(
        recipe.data_root, Stage.SELECT, VERSION, recipe.select, refresh=refresh, targets=targets,
        neighbors=neighbors, crawl=crawl, target_vectors=target_vectors, vectors=vectors, **_inputs(held),
    )  # fmt: skip
    if whole := found(recipe, Stage.SELECT, folder):
        if truth:  # labels may be newer than the verdicts
            show_calibration(recipe, calibrated(newest(recipe, Stage.SELECT, None), truth))
        return whole
    verdicts = judge.submit(folder, "judge", recipe.select, targets, neighbors, crawl, target_vectors, vectors, held)
    parts = collect(Stage.SELECT, [verdicts])
    ref = seal(recipe, Stage.SELECT, folder, parts, total(parts, "kept"))
    show_calibration(recipe, calibrated(ref, truth))
    return ref
