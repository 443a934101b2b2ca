"""The sets that only a corpus of known truth can give a comparison: the oracle's, and those of two control arms."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.worlds import World
from sandbox.corpus import Original
from sandbox.ledger import Kind
from sandbox.names import find, spoken
from storage.manifest import read_rows
from storage.records import Neighbor, StageRef
from tasks.embed.embed import embed
from tasks.embed.models import Models
from training.data import Examples, Indices, Inputs, Picture, TrainingSet, as_edges
from vision.encoders import load_encoder
from vision.resize import resize


def _packed(at: World, key: str, folder: Path) -> Picture:
    original = at.corpus.picture(key)
    digest = hashlib.sha256(original).hexdigest()
    packed, suffix = resize(original, at.recipe.shard.size)
    path = folder / f"{digest}.{suffix}"
    path.write_bytes(packed)
    return Picture(str(path), digest)


def _inputs(at: World, keys: Sequence[str], like: Inputs, folder: Path) -> Inputs:
    """Originals of the corpus as training gets curated ones: vectors, or files resized as in shards."""
    if like.dtype != object:
        models = Models((load_encoder(at.recipe.embed.encoder),))
        return embed(keys, at.corpus.picture, at.recipe.embed, models).vectors.matrix
    pictures = np.empty(len(keys), dtype=object)
    pictures[:] = [_packed(at, key, folder) for key in keys]
    return pictures


def _parents(neighbors: Iterable[Neighbor], classes: Iterable[str]) -> dict[str, set[int]]:
    """The targets of every class that a name asks for, however the name is written."""
    held = set(classes)
    parents: defaultdict[str, set[int]] = defaultdict(set)
    for row in neighbors:
        if row.reason is None and (meant := find(row.name, held)):
            parents[meant] |= set(row.parents)
    return parents


def _examples(
    at: World, originals: Sequence[Original], names: Sequence[str], data: TrainingSet, folder: Path
) -> Examples:
    """The originals as inputs of the kind that `data` has, labeled by the place of their name among `names`."""
    labels: Indices = np.array([names.index(original.name) for original in originals], dtype=np.int64)
    return Examples(_inputs(at, [original.key for original in originals], data.train.inputs, folder), labels)


def with_controls(data: TrainingSet, at: World, folder: Path) -> TrainingSet:
    """The set with the target pictures that its long tail left out, and pictures of classes like none of them."""
    pool, targets = at.corpus.pools.off_topic, [spoken(name) for name in data.classes]
    spare = [original for original in pool if original.name in targets]
    unrelated = [original for original in pool if original.name not in targets]
    strangers = sorted({original.name for original in unrelated})
    return replace(
        data,
        spare=_examples(at, spare, targets, data, folder),
        unrelated=_examples(at, unrelated, strangers, data, folder),
    )


def oracle(data: TrainingSet, at: World, neighbors: StageRef, folder: Path) -> TrainingSet:
    """The same targets with every good picture of every neighbor class that a name asks for, and no other."""
    good = {(row.neighbor, row.original) for row in at.ledger if row.kind is Kind.GOOD}
    parents = _parents(read_rows(neighbors, Neighbor), {name for name, _ in good})
    names = sorted(parents)
    edges = as_edges([(parent, index) for index, name in enumerate(names) for parent in parents[name]])
    originals = [Original(key, name) for name, key in sorted(good) if name in parents]
    return replace(data, auxiliaries=tuple(names), edges=edges, auxiliary=_examples(at, originals, names, data, folder))
