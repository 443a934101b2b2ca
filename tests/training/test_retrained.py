"""The classifier learned anew on a frozen encoder: of the encoder nothing moves, batch norms included."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.training.stages import finished_stages
from tests.training.test_fit import Killed, outcome
from tests.training.test_pictures import CONFIG
from training.config import Arm
from training.data import TrainingSet
from training.fit import fit
from training.read import read_pictures

RETRAINING = CONFIG.model_copy(
    update={"steps": 2, "retrain_steps": 6, "evaluate_every": 4, "log_every": 1, "save_every": 2}
)


@pytest.fixture
def data(tmp_path: Path) -> TrainingSet:
    """Colored drawings in finished stages."""
    stages = finished_stages(tmp_path)
    return read_pictures(stages.targets, stages.target_vectors, stages.shards)


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_trunk_is_the_representation_s(ema: float, data: TrainingSet, tmp_path: Path) -> None:
    """Weights and running statistics, to the last bit, where the average is judged too."""
    fitted = fit(data, RETRAINING.model_copy(update={"ema": ema}), Arm.RETRAINED, tmp_path / "run")
    after = safetensors.torch.load_file(fitted.checkpoint)
    before = safetensors.torch.load_file(tmp_path / "run" / "representation" / "best.safetensors")
    trunk = [name for name in after if not name.startswith("head.")]
    assert any(name.endswith("running_var") for name in trunk)
    assert [name for name in trunk if not torch.equal(after[name], before[name])] == []


@pytest.mark.parametrize("at", [3, 5])
def test_it_resumes_to_the_last_bit(at: int, data: TrainingSet, tmp_path: Path) -> None:
    """Killed before and after the first look of the second half."""

    def on_step(step: int, total: int, _metrics: Mapping[str, float]) -> None:
        if (step, total) == (at, RETRAINING.retrain_steps):
            raise Killed

    whole = fit(data, RETRAINING, Arm.RETRAINED, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(data, RETRAINING, Arm.RETRAINED, tmp_path / "killed", on_step)
    assert outcome(fit(data, RETRAINING, Arm.RETRAINED, tmp_path / "killed")) == outcome(whole)
