"""From finished stages to a training set, of feature vectors or of pictures."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from storage import filesystem
from storage.errors import TooMuchLost
from storage.manifest import read_rows, read_table
from storage.records import (
    Auxiliary,
    Embedded,
    ShardEntry,
    Split,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unreadable,
)
from storage.tables import vectors_of
from training.data import Examples, Inputs, Picture, TrainingSet, as_edges, without_empty_auxiliaries

Input = TypeVar("Input", np.ndarray, Picture)


def vectors(ref: StageRef) -> dict[str, np.ndarray]:
    """The vectors of an embed stage, by the digest of their picture."""
    table = read_table(ref, Embedded.__name__)
    if table.num_rows == 0:
        return {}
    return dict(zip(table["digest"].to_pylist(), vectors_of(table), strict=True))


def files(targets: StageRef, target_vectors: StageRef) -> dict[str, Picture]:
    """Target pictures where they were listed, by digest, but for those that the embed stage could not decode."""
    unreadable = {row.digest for row in read_rows(target_vectors, Unreadable)}
    pictures = read_rows(targets, TargetPicture)
    return {row.digest: Picture(row.path, row.digest) for row in pictures if row.digest not in unreadable}


def packed(shards: StageRef) -> dict[str, Picture]:
    """The pictures of shards, by digest, as bytes inside their tars."""
    return {
        row.digest: Picture(filesystem.join(shards.uri, row.shard), row.digest, row.offset, row.size, shards.content)
        for row in read_rows(shards, ShardEntry)
    }


def _stack(inputs: Sequence[Input]) -> Inputs:
    """Vectors as the rows of a matrix, pictures as a row of objects; nothing is a matrix of no width."""
    if not inputs:
        return np.empty((0, 0), dtype=np.float32)
    if len(rows := [item for item in inputs if isinstance(item, np.ndarray)]) == len(inputs):
        return np.stack(rows)
    row = np.empty(len(inputs), dtype=object)
    row[:] = inputs
    return row


def examples_of(listed: Sequence[tuple[str, int]], held: Mapping[str, Input]) -> Examples:
    """Examples of the (digest, label) pairs whose input could be had."""
    found = [(held[digest], label) for digest, label in listed if digest in held]
    return Examples(_stack([item for item, _ in found]), np.array([label for _, label in found], dtype=np.int64))


def _check_held(shards: StageRef, entries: Sequence[ShardEntry], auxiliary: Examples) -> None:
    """Refuse shards that add nothing: every arm would be the targets alone."""
    if entries and len(auxiliary) == 0:
        raise TooMuchLost(
            f"none of the {len(entries):,} pictures in the shards at {shards.uri} has a vector",
            f"run the pipeline with --refresh {Stage.EMBED} --until {Stage.SHARD}: it says what could not be read",
        )


def _assemble(
    targets: StageRef, shards: StageRef, of_targets: Mapping[str, Input], of_candidates: Mapping[str, Input]
) -> TrainingSet:
    """The set whose pictures have an input, by digest; auxiliary classes left without one are removed.

    TooMuchLost where the shards hold pictures and all are.
    """
    classes = sorted(read_rows(targets, TargetClass), key=lambda row: row.label)
    auxiliaries = sorted(read_rows(shards, Auxiliary), key=lambda row: row.index)
    pictures, entries = read_rows(targets, TargetPicture), read_rows(shards, ShardEntry)
    index = {row.name: row.index for row in auxiliaries}
    listed = {split: [(p.digest, p.label) for p in pictures if p.split is split] for split in Split}
    splits = {split: examples_of(pairs, of_targets) for split, pairs in listed.items()}
    auxiliary = examples_of([(entry.digest, index[entry.neighbor]) for entry in entries], of_candidates)
    _check_held(shards, entries, auxiliary)
    held = TrainingSet(
        classes=tuple(row.name for row in classes),
        auxiliaries=tuple(row.name for row in auxiliaries),
        edges=as_edges([(parent, row.index) for row in auxiliaries for parent in row.parents]),
        train=splits[Split.TRAIN], val=splits[Split.VAL], test=splits[Split.TEST], auxiliary=auxiliary,
        lost=len(pictures) + len(entries) - sum(map(len, splits.values())) - len(auxiliary),
    )  # fmt: skip
    return without_empty_auxiliaries(held)


def read_features(
    targets: StageRef, target_vectors: StageRef, shards: StageRef, candidate_vectors: StageRef
) -> TrainingSet:
    """The set of feature vectors; pictures without a vector are left out and counted as `lost`."""
    return _assemble(targets, shards, vectors(target_vectors), vectors(candidate_vectors))


def read_pictures(targets: StageRef, target_vectors: StageRef, shards: StageRef) -> TrainingSet:
    """The set of pictures: the targets' files where they were listed, the auxiliaries' bytes in the shards.

    Target pictures that the embed stage could not decode are left out and counted as `lost`.
    """
    return _assemble(targets, shards, files(targets, target_vectors), packed(shards))
