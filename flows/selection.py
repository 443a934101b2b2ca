"""What helps is kept: similarity, duplicates and leaks are judged, and every verdict has its reason."""

from prefect import flow

from flows.calibration import calibrated, show_calibration, truth_of
from flows.collecting import collect, total
from flows.earlier import earlier
from flows.heartbeats import beating
from flows.keys import select_folder
from flows.parameters import (
    Again,
    CrawlResult,
    GivenRecipe,
    NeighborsResult,
    TargetsResult,
    TargetVectorsResult,
    VectorsResult,
)
from flows.showing.contact_sheet import show_sheet
from flows.stage import SIDE_BY_SIDE, found, newest, require_made_of, resumable, seal
from storage.errors import BadInput
from storage.manifest import read_manifest, read_rows
from storage.records import Neighbor, Stage, StageRef
from tasks.embed.config import EmbedConfig
from tasks.embed.task import models_content
from tasks.select.marks import read_marks, require_known
from tasks.select.task import judge


def require_seen_by(config: EmbedConfig, *embedded: StageRef) -> None:
    """Refuse vectors of other models than the recipe's: cosines between two models' vectors mean nothing."""
    ours = models_content(config)
    for ref in embedded:
        if read_manifest(ref.uri).inputs["encoder"] != ours:
            raise BadInput(
                f"the vectors at {ref.uri} are of another encoder than the recipe's embed section names",
                "run embed again first, for the targets and for the crawl; the whole pipeline does so by itself",
            )


@flow(name="select", flow_run_name="select {recipe.name}", task_runner=SIDE_BY_SIDE)
@beating
def select(
    recipe: GivenRecipe,
    targets: TargetsResult = None,
    neighbors: NeighborsResult = None,
    crawl: CrawlResult = None,
    target_vectors: TargetVectorsResult = None,
    vectors: VectorsResult = None,
    refresh: Again = False,
) -> StageRef:
    """Decide on every fetched candidate; one partition, since copies are found across all of them."""
    targets = newest(recipe, Stage.TARGETS, targets)
    neighbors = newest(recipe, Stage.NEIGHBORS, neighbors)
    crawl = newest(recipe, Stage.CRAWL, crawl)
    target_vectors = newest(recipe, f"{Stage.EMBED}-{Stage.TARGETS}", target_vectors)
    vectors = newest(recipe, Stage.EMBED, vectors)
    require_made_of(crawl, "neighbors", neighbors)
    require_made_of(target_vectors, "pictures", targets)
    require_made_of(vectors, "pictures", crawl)
    require_seen_by(recipe.embed, target_vectors, vectors)
    marks = read_marks(recipe.select.overrides, recipe.name)
    require_known(marks, read_rows(neighbors, Neighbor))
    truth, held = truth_of(recipe.select), earlier(recipe, recipe.select.earlier, recipe.embed)
    folder = resumable(select_folder(recipe, targets, neighbors, crawl, target_vectors, vectors, held, marks, refresh))
    if whole := found(recipe, Stage.SELECT, folder):
        if truth:  # labels may be newer than the verdicts
            show_calibration(recipe, calibrated(newest(recipe, Stage.SELECT, None), truth))
        return whole
    given = (targets, neighbors, crawl, target_vectors, vectors, held, marks)
    verdicts = judge.submit(folder, "judge", recipe.select, *given)
    parts = collect(Stage.SELECT, [verdicts])
    ref = seal(recipe, Stage.SELECT, folder, parts, total(parts, "kept"))
    show_calibration(recipe, calibrated(ref, truth))
    show_sheet(recipe.name, recipe.data_root, ref, crawl, targets)
    return ref
