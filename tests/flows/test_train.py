"""What the training stage refuses of its inputs, and what it says of them."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from flows.arm import train_arm
from flows.recipe import Recipe
from flows.train import train
from storage.errors import BadInput
from storage.manifest import open_stage, read_rows
from storage.records import Accuracy, Stage
from tests.flows.test_recipe import LEAST
from tests.training.stages import Stages, finished_stages, remember_all
from training.config import TrainConfig


def refused(root: Path, stages: Stages) -> str:
    """Why a recipe's training does not begin on these stages, its newest."""
    remember_all(root, "least", stages)
    recipe = Recipe.model_validate({**LEAST, "data_root": str(root)})
    with pytest.raises(BadInput) as error:
        train.fn(recipe)
    return error.value.problem


def test_vectors_of_other_pictures_are_refused(tmp_path: Path) -> None:
    """Those of another crawl than the shards', as those of another target set: silenced would be the targets alone."""
    ours = finished_stages(tmp_path)
    crawl, listed = (finished_stages(tmp_path, **other) for other in ({"neighbors": {"plum": "purple"}}, {"first": 6}))
    assert "of the crawl that the newest shards" in refused(
        tmp_path, replace(ours, candidate_vectors=crawl.candidate_vectors)
    )
    assert "of the newest target set" in refused(tmp_path, replace(ours, target_vectors=listed.target_vectors))


def test_vectors_of_two_encoders_are_refused(tmp_path: Path) -> None:
    """One classifier cannot read both."""
    ours, other = finished_stages(tmp_path), finished_stages(tmp_path, encoder="large")
    assert "by two encoders" in refused(tmp_path, replace(ours, candidate_vectors=other.candidate_vectors))


def test_pictures_without_a_vector_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In a warning of the arm that trains without them."""
    stages = finished_stages(tmp_path, ["red0.png", "blue0"])
    config = TrainConfig(steps=2, batch_size=4, hidden=4, device="cpu")
    folder = open_stage(str(tmp_path), Stage.TRAIN, 1, config)
    refs = (stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)
    with caplog.at_level(logging.WARNING, "flows.arm"):
        part = train_arm.fn(folder, "0-silenced", config, *refs)
    assert caplog.messages == ["train silenced: 2 of 22 listed pictures are left out: they have no vector"]
    assert {row.arm for row in read_rows(folder.seal([part], 1, 0.0), Accuracy)} == {"silenced"}
