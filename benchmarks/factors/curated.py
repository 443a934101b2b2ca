"""What one setting makes of a world: a training set, and what it is worth by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.factors.settings import Settings, Source
from benchmarks.truth import curation
from benchmarks.worlds import World
from flows.pipeline import extrapolate
from flows.recipe import Recipe
from storage.manifest import read_rows
from storage.records import Crawled, Decision, Neighbor, Stage, StageRef
from tasks.neighbors.config import Provider
from tasks.neighbors.providers.chance import ChanceNames
from tasks.neighbors.providers.dictionary import WordNetNames
from training.data import TrainingSet, as_edges, without_empty_auxiliaries
from training.read import read_features


@dataclass(frozen=True, slots=True)
class Curated:
    """Targets with the neighbors that were kept, how many pictures those have, and the share of right ones."""

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


def first_neighbors(data: TrainingSet, names: Sequence[Neighbor], count: int) -> TrainingSet:
    """The set with the `count` best ranked of each target's neighbors, of those that have pictures.

    A neighbor that is among the first of one target alone is no longer silenced against the others.
    """
    ranks = {row.name: row.rank for row in names if row.reason is None}
    edges = sorted(data.edges.tolist(), key=lambda edge: (ranks[data.auxiliaries[edge[1]]], edge[1]))
    first = [edge for target in range(len(data.classes)) for edge in [e for e in edges if e[0] == target][:count]]
    held = np.isin(data.auxiliary.labels, [auxiliary for _, auxiliary in first])
    pictures = replace(data.auxiliary, inputs=data.auxiliary.inputs[held], labels=data.auxiliary.labels[held])
    return without_empty_auxiliaries(
        replace(data, edges=as_edges([(target, auxiliary) for target, auxiliary in first]), auxiliary=pictures)
    )


def _kept(data: TrainingSet, crawl: StageRef, select: StageRef) -> list[tuple[str, str]]:
    """URL and category of every kept picture of the set's auxiliary classes."""
    kept = {row.key for row in read_rows(select, Decision) if row.reason is None}
    rows = read_rows(crawl, Crawled)
    return [(row.url, row.neighbor) for row in rows if row.key in kept and row.neighbor in data.auxiliaries]


def curated(at: World, settings: Settings) -> Curated:
    """Run the pipeline up to its shards under these settings; stages that do not depend on them are not run again."""
    done = extrapolate(changed(at, settings), Stage.SHARD)
    refs = {ref.stage: ref for ref in done}  # the embedded candidates come after the embedded targets
    vectors = next(ref for ref in done if ref.stage is Stage.EMBED)
    data = read_features(refs[Stage.TARGETS], vectors, refs[Stage.SHARD], refs[Stage.EMBED])
    if settings.neighbors is not None:
        data = first_neighbors(data, read_rows(refs[Stage.NEIGHBORS], Neighbor), settings.neighbors)
    score = curation(at.ledger, _kept(data, refs[Stage.CRAWL], refs[Stage.SELECT]))
    return Curated(data, score.kept, score.precision)
