"""More pictures of the targets, and pictures of something else, out of another recipe's stages."""

from pathlib import Path

import numpy as np
import pytest

from storage.errors import BadInput
from tests.training.stages import Stages, drawing, finished_stages
from training.config import Mode
from training.controls import read_spare, read_unrelated
from training.pictures import read
from training.recipe import Finished

ELSEWHERE = {"yellow": "purple", "lemon": "yellow", "plum": "purple"}


def finished(stages: Stages) -> Finished:
    """The stages as a recipe finished them."""
    return Finished(stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)


@pytest.mark.parametrize("mode", Mode)
def test_spare_pictures_are_in_no_split_of_ours(mode: Mode, tmp_path: Path) -> None:
    """Of the other's four training pictures a class, 6 to 9, two are test pictures here."""
    ours = finished(finished_stages(tmp_path / "ours"))
    other = finished(finished_stages(tmp_path / "other", first=6))
    spare = read_spare(ours, other, mode)
    assert spare.labels.tolist() == [0, 0, 1, 1]
    assert len(read_spare(ours, ours, mode)) == 0
    if mode is Mode.FINETUNE:
        assert [Path(picture.uri).name for picture in spare.inputs] == [
            "red8.png", "red9.png", "green8.png", "green9.png"
        ]  # fmt: skip


@pytest.mark.parametrize("mode", Mode)
def test_unrelated_pictures_are_none_of_ours(mode: Mode, tmp_path: Path) -> None:
    """Neither those of a class that has a name here, nor those that are here under another name."""
    ours = finished(finished_stages(tmp_path / "ours"))
    other = finished(finished_stages(tmp_path / "other", neighbors=ELSEWHERE))
    unrelated = read_unrelated(ours, other, mode)
    assert unrelated.labels.tolist() == [0, 0, 0]
    if mode is Mode.FINETUNE:
        assert unrelated.inputs[1].size == len(drawing("purple", 1))
        assert np.asarray(read(unrelated.inputs[1])).shape == (40, 48, 3)


def test_vectors_of_another_encoder_are_refused(tmp_path: Path) -> None:
    """They would be another factor; pictures are pictures."""
    ours = finished(finished_stages(tmp_path / "ours"))
    other = finished(finished_stages(tmp_path / "other", first=6, neighbors=ELSEWHERE, encoder="large"))
    for reading in (read_spare, read_unrelated):
        with pytest.raises(BadInput, match=r"made by other models[^\n]*\n.*same embed section"):
            reading(ours, other, Mode.FEATURES)
        assert len(reading(ours, other, Mode.FINETUNE)) > 0
