"""What the control arms add, out of another recipe's finished stages: more of the same classes, or something else."""

import numpy as np

from storage.errors import BadInput
from storage.manifest import read_manifest, read_rows
from storage.records import Auxiliary, ShardEntry, Split, StageRef, TargetClass, TargetPicture
from training.config import Mode
from training.data import Examples
from training.read import examples_of, files, packed, vectors
from training.recipe import Finished


def _check_encoder(ours: StageRef, other: StageRef) -> None:
    """Refuse vectors that another network made: between two of them only the pictures may differ."""
    if read_manifest(ours.uri).inputs.get("encoder") != read_manifest(other.uri).inputs.get("encoder"):
        raise BadInput(
            f"the vectors in {other.uri} were made by other models than those in {ours.uri}",
            "give both recipes the same embed section, and run the other one's pipeline again",
        )


def _held(finished: Finished) -> set[str]:
    """The digests of all the pictures that a recipe's training or test knows."""
    pictures, entries = read_rows(finished.targets, TargetPicture), read_rows(finished.shards, ShardEntry)
    return {row.digest for row in pictures} | {row.digest for row in entries}


def read_spare(ours: Finished, other: Finished, mode: Mode) -> Examples:
    """Training pictures that another recipe's target classes of the same name have beyond this one's.

    BadInput where that recipe's vectors are of another encoder.
    """
    label = {row.name: row.label for row in read_rows(ours.targets, TargetClass)}
    name = {row.label: row.name for row in read_rows(other.targets, TargetClass)}
    taken = _held(ours)
    listed = [
        (row.digest, label[name[row.label]])
        for row in read_rows(other.targets, TargetPicture)
        if row.split is Split.TRAIN and name[row.label] in label and row.digest not in taken
    ]
    if mode is Mode.FINETUNE:
        return examples_of(listed, files(other.targets, other.target_vectors))
    _check_encoder(ours.target_vectors, other.target_vectors)
    return examples_of(listed, vectors(other.target_vectors))


def read_unrelated(ours: Finished, other: Finished, mode: Mode) -> Examples:
    """Pictures of another recipe's auxiliary classes that are none of this one's, by picture and by name.

    Labeled 0..K-1. BadInput where that recipe's vectors are of another encoder.
    """
    related = {row.name for row in read_rows(ours.targets, TargetClass)}
    related |= {row.name for row in read_rows(ours.shards, Auxiliary)}
    taken = _held(ours)
    index = {row.name: row.index for row in read_rows(other.shards, Auxiliary) if row.name not in related}
    entries = [row for row in read_rows(other.shards, ShardEntry) if row.neighbor in index and row.digest not in taken]
    listed = [(row.digest, index[row.neighbor]) for row in entries]
    if mode is Mode.FINETUNE:
        found = examples_of(listed, packed(other.shards))
    else:
        _check_encoder(ours.vectors, other.vectors)
        found = examples_of(listed, vectors(other.vectors))
    return Examples(found.inputs, np.unique(found.labels, return_inverse=True)[1].astype(np.int64))
