"""What training reads of a recipe and takes as finished: nothing misspelled, and nothing of two pieces."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from flows.recipe import Recipe
from storage.errors import BadInput
from storage.manifest import open_stage, read_manifest
from storage.records import Stage, StageRef
from tests.training.stages import NEIGHBORS, Stages, crawl_of, finished_stages, remember_all
from training.config import Mode
from training.recipe import OF_OTHERS, TrainingRecipe, read
from training.recipe import finished_stages as newest


def recipe(root: Path, stages: Stages) -> TrainingRecipe:
    """A recipe whose newest stages these are."""
    remember_all(root, "mine", stages)
    return TrainingRecipe(name="mine", data_root=str(root))


def test_stages_of_one_piece_are_taken(tmp_path: Path) -> None:
    """As a run of the pipeline leaves them."""
    stages = finished_stages(tmp_path)
    found = newest(recipe(tmp_path, stages), Mode.FEATURES)
    assert [ref.uri for ref in found] == [
        ref.uri for ref in (stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)
    ]


def test_vectors_of_another_crawl_are_refused(tmp_path: Path) -> None:
    """The shards' pictures would have none, and silenced would be the targets alone; a whole network needs none."""
    ours, other = finished_stages(tmp_path), finished_stages(tmp_path, neighbors={"plum": "purple"})
    mixed = recipe(tmp_path, replace(ours, candidate_vectors=other.candidate_vectors))
    with pytest.raises(
        BadInput, match=r"not made of the crawl .* shards .*\n.*flows.pipeline .*mine.yaml --until shard"
    ):
        newest(mixed, Mode.FEATURES)
    assert newest(mixed, Mode.FINETUNE)


def test_vectors_of_two_encoders_are_refused(tmp_path: Path) -> None:
    """One classifier cannot read both."""
    ours, other = finished_stages(tmp_path), finished_stages(tmp_path, encoder="large")
    mixed = recipe(tmp_path, replace(ours, candidate_vectors=other.candidate_vectors))
    with pytest.raises(BadInput, match=r"by two encoders\n.*--until shard"):
        newest(mixed, Mode.FEATURES)
    assert newest(mixed, Mode.FINETUNE)


@pytest.mark.parametrize("mode", Mode)
def test_vectors_of_another_target_set_are_refused(mode: Mode, tmp_path: Path) -> None:
    """Pictures without a vector would be taken for undecodable ones."""
    ours, other = finished_stages(tmp_path), finished_stages(tmp_path, first=6)
    with pytest.raises(BadInput, match=r"not made of the newest target set"):
        newest(recipe(tmp_path, replace(ours, target_vectors=other.target_vectors)), mode)


def _judged(root: Path, targets: str, content: str) -> StageRef:
    """Verdicts made of these targets; their content is told from the outcome alone."""
    folder = open_stage(str(root), Stage.SELECT, 1, None, targets=targets)
    file = folder.write_file("verdicts.json", "verdicts", content.encode())
    return folder.seal([folder.seal_part("judge", [file], Counter(), 0.0)], 1, 0.0)


def _packed(root: Path, stages: Stages, select: str) -> StageRef:
    """The stages' shards as they are after another selection."""
    folder = open_stage(str(root), Stage.SHARD, 1, None, select=select, crawl=crawl_of(NEIGHBORS))
    return folder.seal(read_manifest(stages.shards.uri).parts, 1, 0.0)


@pytest.mark.parametrize("mode", Mode)
def test_shards_that_were_judged_by_another_target_set_are_refused(mode: Mode, tmp_path: Path) -> None:
    """They may hold pictures of a test list that is newer than the leak check."""
    ours = finished_stages(tmp_path)
    old = _judged(tmp_path, "of another day", "same")
    mixed = recipe(tmp_path, replace(ours, shards=_packed(tmp_path, ours, old.content)))
    with pytest.raises(BadInput, match=r"verdicts .* of the newest target set\n.*--until shard"):
        newest(mixed, mode)
    _judged(tmp_path, ours.targets.content, "different")
    with pytest.raises(BadInput, match="verdicts"):
        newest(mixed, mode)
    again = _judged(tmp_path, ours.targets.content, "same")
    assert again.content == old.content
    assert newest(mixed, mode), "judged again, with the same outcome"


def test_verdicts_that_are_gone_are_taken_on_trust(tmp_path: Path) -> None:
    """Retention may have removed them, and nothing tells what they were made of."""
    ours = finished_stages(tmp_path)
    assert newest(recipe(tmp_path, replace(ours, shards=_packed(tmp_path, ours, "gone"))), Mode.FEATURES)


def test_a_misspelled_section_is_named(tmp_path: Path) -> None:
    """Its settings would else be the defaults, silently."""
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "trian": {"steps": 3}}))
    with pytest.raises(BadInput, match="field trian: Extra inputs are not permitted"):
        read(str(path))


def test_what_other_sections_need_is_not_asked_for(tmp_path: Path) -> None:
    """Whoever trains on what was curated has no key of the language model."""
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "neighbors": {"provider": "${SOME_SECRET_NOT_SET}"}}))
    assert read(str(path)).name == "mine"
    path.write_text(yaml.safe_dump({"name": "mine", "train": {"device": "${NO_DEVICE_SET}"}}))
    with pytest.raises(BadInput, match=r"field train\.device: .* NO_DEVICE_SET is not set"):
        read(str(path))


def test_the_sections_of_others_are_the_pipeline_s() -> None:
    """Training cannot import them, so only this holds its names to theirs."""
    assert set(OF_OTHERS).isdisjoint(TrainingRecipe.model_fields)
    assert set(OF_OTHERS).union(TrainingRecipe.model_fields) == set(Recipe.model_fields)
