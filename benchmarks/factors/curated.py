"""What one setting makes of a world: a training set, and what it is worth by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.factors.cutting import at_volume, first_neighbors, volume
from benchmarks.factors.settings import Settings, Source
from benchmarks.truth import curation
from benchmarks.worlds import World, finished
from flows.pipeline import extrapolate
from flows.recipe import Recipe
from storage.manifest import read_rows
from storage.records import Crawled, Decision, Neighbor, Stage, StageRef
from tasks.neighbors.config import Provider
from tasks.neighbors.providers.chance import ChanceNames
from tasks.neighbors.providers.dictionary import WordNetNames
from training.data import TrainingSet
from training.recipe import training_set


@dataclass(frozen=True, slots=True)
class Curated:
    """Targets with their neighbors; of what curation kept for those, how many pictures, and the share of right ones."""

    data: TrainingSet
    kept: int
    precision: float


def _provider(at: World, source: Source) -> Provider:
    match source:
        case Source.SCRIPT:
            return at.recipe.neighbors.provider
        case Source.WORDNET:
            return WordNetNames(kind="wordnet")
        case Source.CHANCE_WORDS:
            return ChanceNames(kind="random", seed=at.recipe.train.seed)
        case Source.CHANCE:
            names = Path(at.recipe.data_root, "names-of-the-web.txt")
            names.write_text("\n".join(at.corpus.taxonomy.neighbors))
            return ChanceNames(kind="random", names=str(names), seed=at.recipe.train.seed)


def changed(at: World, settings: Settings) -> Recipe:
    """The world's recipe with the settings' curation; a dictionary may know few of the classes."""
    names = {"provider": _provider(at, settings.source), "most_unanswered": 1.0}
    return at.recipe.model_copy(
        update={
            "neighbors": at.recipe.neighbors.model_copy(update=names),
            "select": at.recipe.select.model_copy(update=dict(settings.select)),
        }
    )


def _cut(at: World, settings: Settings, data: TrainingSet, names: Sequence[Neighbor]) -> TrainingSet:
    """The neighbors that the settings use, at the volume that they say."""
    caps = at.recipe.train.caps
    used = data if settings.neighbors is None else first_neighbors(data, names, settings.neighbors)
    if settings.volume_of is None:
        return used
    total = volume(first_neighbors(data, names, settings.volume_of), caps)
    return at_volume(used, total, caps, at.recipe.train.seed)


def _kept(data: TrainingSet, crawl: StageRef, select: StageRef) -> list[tuple[str, str]]:
    """URL and category of every kept picture of the set's auxiliary classes."""
    kept = {row.key for row in read_rows(select, Decision) if row.reason is None}
    rows = read_rows(crawl, Crawled)
    return [(row.url, row.neighbor) for row in rows if row.key in kept and row.neighbor in data.auxiliaries]


def curated(at: World, settings: Settings) -> Curated:
    """Run the pipeline up to its shards under these settings; stages that do not depend on them are not run again."""
    done = extrapolate(changed(at, settings), Stage.SHARD)
    refs = {ref.stage: ref for ref in done}
    data = training_set(finished(done), at.recipe.train.mode)
    data = _cut(at, settings, data, list(read_rows(refs[Stage.NEIGHBORS], Neighbor)))
    score = curation(at.ledger, _kept(data, refs[Stage.CRAWL], refs[Stage.SELECT]))
    return Curated(data, score.kept, score.precision)
