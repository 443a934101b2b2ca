"""From finished stages to a training set."""

from pathlib import Path

import numpy as np
import pytest

from storage.errors import TooMuchLost
from tests.training.stages import Stages, drawing, finished_stages
from training.data import TrainingSet, check, left_out
from training.pictures import read
from training.read import read_features, read_pictures


def features(stages: Stages) -> TrainingSet:
    """The set of feature vectors of the stages."""
    return read_features(stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)


def test_features_of_finished_stages(tmp_path: Path) -> None:
    """Classes, splits, edges and counts are those that the stages wrote."""
    data = features(finished_stages(tmp_path))
    assert (data.classes, data.auxiliaries) == (("red", "green"), ("blue", "yellow"))
    assert data.edges.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert (data.train_counts.tolist(), data.auxiliary_counts.tolist()) == ([4, 4], [3, 3])
    assert (len(data.val), len(data.test), data.lost) == (4, 4, 0)
    assert data.train.inputs.dtype == np.float32
    assert not left_out(data)
    check(data)


def test_pictures_without_a_vector_are_counted_as_lost(tmp_path: Path) -> None:
    """A target and an auxiliary that could not be decoded; the class that stays empty goes."""
    data = features(finished_stages(tmp_path, ["red0.png", "blue0", "blue1", "blue2"]))
    assert data.train_counts.tolist() == [3, 4]
    assert (data.auxiliaries, data.edges.tolist(), data.lost) == (("yellow",), [[1, 0]], 4)
    assert left_out(data) == "4 of 22 listed pictures are left out: they have no vector"


def test_shards_of_which_no_picture_has_a_vector_are_refused(tmp_path: Path) -> None:
    """An arm that adds them would be the targets alone, and say nothing of it."""
    stages = finished_stages(tmp_path, [f"{name}{number}" for name in ("blue", "yellow") for number in range(3)])
    with pytest.raises(TooMuchLost, match=r"none of the 6 pictures in .*shard.* has a vector\n.*--until shard"):
        features(stages)


def test_pictures_are_read_where_they_lie(tmp_path: Path) -> None:
    """Targets from their files, auxiliaries from their bytes inside the tar."""
    stages = finished_stages(tmp_path, ["green1.png"])
    data = read_pictures(stages.targets, stages.target_vectors, stages.shards)
    assert (data.train_counts.tolist(), data.auxiliary_counts.tolist(), data.lost) == ([4, 3], [3, 3], 1)
    packed = data.auxiliary.inputs[4]
    assert packed.size == len(drawing("yellow", 1))
    mean = np.asarray(read(packed)).mean(axis=(0, 1))
    assert mean[0] > 150
    assert mean[1] > 150
    assert mean[2] < 50
