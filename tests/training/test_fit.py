"""One arm from data to a judged classifier: it learns, it resumes, and it stops when it must."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from storage.errors import BadInput, DamagedStore, Diverged
from storage.records import Split
from tests.training.small import QUICK, lines_of, small_set
from training.config import Arm, LossName, TrainConfig
from training.data import Examples, without_empty_auxiliaries
from training.fit import Fitted, fit
from training.loop import OnStep

NOISY = QUICK.model_copy(update={"dropout": 0.5, "input_dropout": 0.2, "mixup": 0.4, "label_smoothing": 0.1})


class Killed(Exception):
    """What stands for a SIGKILL between two steps."""


def killing(at: int) -> OnStep:
    """A callback that ends the run once it has done so many steps."""

    def on_step(step: int, _total: int, _metrics: Mapping[str, float]) -> None:
        if step == at:
            raise Killed

    return on_step


def outcome(fitted: Fitted) -> tuple[object, ...]:
    """All that a run says and leaves behind, but for the time it took."""
    weights = safetensors.numpy.load_file(fitted.checkpoint)
    named = {name: value.tobytes() for name, value in weights.items()}
    said = fitted.val, fitted.test, fitted.classes, fitted.calibration, fitted.confused, fitted.best_step
    return *said, named, lines_of(fitted.metrics)


@pytest.mark.parametrize("at", [5, 15, 20, 25])
def test_resumed_is_uninterrupted(at: int, tmp_path: Path) -> None:
    """Killed at a line of the log, before, between and at checkpoints: bit for bit the same."""
    whole = fit(small_set(), NOISY, Arm.SILENCED, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(small_set(), NOISY, Arm.SILENCED, tmp_path / "killed", killing(at))
    assert outcome(fit(small_set(), NOISY, Arm.SILENCED, tmp_path / "killed")) == outcome(whole)


@pytest.mark.parametrize("arm", Arm)
def test_every_arm_learns(arm: Arm, tmp_path: Path) -> None:
    """Better than chance on test pictures, and far better than it on well separated clouds."""
    config = QUICK.model_copy(update={"steps": 60, "lr": 0.01})
    fitted = fit(small_set(train=(12, 8, 6)), config, arm, tmp_path)
    assert {row.group: row.accuracy for row in fitted.test}["all"] > 0.7
    assert {row.arm for row in fitted.test} | {row.arm for row in fitted.classes} == {arm}


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    """Asked again, it hands out what it found."""
    steps: list[int] = []
    first = fit(small_set(), QUICK, Arm.SILENCED, tmp_path)
    again = fit(small_set(), QUICK, Arm.SILENCED, tmp_path, lambda step, _, __: steps.append(step))
    assert (outcome(again), steps) == (outcome(first), [])


def test_the_best_step_on_validation_is_kept(tmp_path: Path) -> None:
    """The weights that are tested are those of the best line of the log, the later one of equals."""
    fitted = fit(small_set(), QUICK, Arm.SILENCED, tmp_path)
    lines = [json.loads(line) for line in fitted.metrics.read_text().splitlines()]
    judged = [(line["val_accuracy"], line["step"]) for line in lines if "val_accuracy" in line]
    assert (fitted.val[0].accuracy, fitted.best_step) == max(judged)


def test_a_curation_that_left_nothing_trains_on_the_targets(tmp_path: Path) -> None:
    """Shards without a picture have vectors of no width; the targets are enough."""
    full = small_set()
    nothing = Examples(np.empty((0, 0), dtype=np.float32), full.auxiliary.labels[:0])
    fitted = fit(without_empty_auxiliaries(replace(full, auxiliary=nothing)), QUICK, Arm.SILENCED, tmp_path)
    assert fitted.test


def test_progress_is_reported(tmp_path: Path) -> None:
    """The callback hears of every logged step and of the loss there."""
    heard: list[tuple[int, int, bool]] = []
    fit(small_set(), QUICK, Arm.SILENCED, tmp_path, lambda step, total, m: heard.append((step, total, "loss" in m)))
    assert heard == [(step, 30, True) for step in (5, 10, 15, 20, 25, 30)]


def test_numbers_that_are_not_finite_stop_the_run(tmp_path: Path) -> None:
    """Before the weights are touched, with the step and a way out."""
    data = small_set()
    vectors = np.full_like(data.train.inputs, np.inf)
    with pytest.raises(Diverged, match=r"step 0: .*\n.*lower train.lr"):
        fit(replace(data, train=replace(data.train, inputs=vectors)), QUICK, Arm.SILENCED, tmp_path)


@pytest.mark.parametrize("change", [{"lr": 0.5}, {"seed": 1}])
def test_another_run_s_checkpoint_is_refused(change: dict[str, float], tmp_path: Path) -> None:
    """Settings and seed must be those that the checkpoint was made with."""
    fit(small_set(), QUICK, Arm.SILENCED, tmp_path)
    with pytest.raises(BadInput, match="belongs to another run"):
        fit(small_set(), QUICK.model_copy(update=change), Arm.SILENCED, tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    """With the file and what to do about it."""
    (tmp_path / "last.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(DamagedStore, match=r"last.pt cannot be read"):
        fit(small_set(), QUICK, Arm.SILENCED, tmp_path)


def test_finetune_needs_a_network() -> None:
    """The mode alone does not say what is trained."""
    with pytest.raises(ValueError, match=r"needs train\.encoder"):
        TrainConfig.model_validate({"mode": "finetune"})


def test_a_warm_up_ends_before_the_run_does() -> None:
    """Else its rate would never reach train.lr."""
    with pytest.raises(ValueError, match=r"warmup_steps 30 .* steps 30"):
        TrainConfig(steps=30, warmup_steps=30)


def test_a_seed_is_of_32_bits() -> None:
    """Some libraries take no larger one."""
    assert TrainConfig(seed=2**32 - 1)
    with pytest.raises(ValueError, match="less than or equal to 4294967295"):
        TrainConfig(seed=2**32)


def test_every_arm_is_judged_in_the_same_groups(tmp_path: Path) -> None:
    """By the pictures that the data set has, however many an arm adds."""
    fitted = [fit(small_set(), QUICK, arm, tmp_path / arm) for arm in (Arm.TARGETS_ONLY, Arm.SAME_VOLUME)]
    alone, more = ([(row.train, row.group) for row in one.classes] for one in fitted)
    assert alone == more
    assert [one.added for one in fitted] == [0, 9]


def test_an_arm_says_how_sure_and_how_wrong_it_is(tmp_path: Path) -> None:
    """Calibration of both splits, and of every wrong test answer where it went."""
    fitted = fit(small_set(), QUICK.model_copy(update={"steps": 1}), Arm.TARGETS_ONLY, tmp_path)
    assert [(row.split, row.pictures) for row in fitted.calibration] == [(Split.VAL, 12), (Split.TEST, 12)]
    errors = sum(row.pictures - row.correct for row in fitted.classes)
    assert sum(row.pictures for row in fitted.confused) == errors > 0
    assert any(row.shares_neighbor for row in fitted.confused)


def test_retraining_changes_the_head_alone(tmp_path: Path) -> None:
    """Its trunk is that of the silenced arm's best step, its head one of the targets alone, of another start."""
    config = NOISY.model_copy(update={"retrain_steps": 12, "ema": 0.9})
    fitted = fit(small_set(), config, Arm.RETRAINED, tmp_path / "retrained")
    silenced = fit(small_set(), config, Arm.SILENCED, tmp_path / "silenced")
    after, before = (safetensors.numpy.load_file(one.checkpoint) for one in (fitted, silenced))
    below = safetensors.numpy.load_file(tmp_path / "retrained" / "representation" / "best.safetensors")
    trunk = [name for name in after if not name.startswith("head.")]
    assert trunk == ["hidden.bias", "hidden.weight"]
    assert all(np.array_equal(after[name], before[name]) for name in trunk)
    assert all(np.array_equal(below[name], before[name]) for name in before)
    assert (after["head.weight"].shape, before["head.weight"].shape) == ((3, 16), (5, 16))
    assert not np.array_equal(after["head.weight"], before["head.weight"][:3])


@pytest.mark.parametrize("at", [(20, 30), (15, 20)])
def test_retraining_resumes_in_both_halves(at: tuple[int, int], tmp_path: Path) -> None:
    """Killed while it learns the representation or the classifier on it: bit for bit the same."""
    config = NOISY.model_copy(update={"retrain_steps": 20})

    def on_step(step: int, total: int, _metrics: Mapping[str, float]) -> None:
        if (step, total) == at:
            raise Killed

    whole = fit(small_set(), config, Arm.RETRAINED, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(small_set(), config, Arm.RETRAINED, tmp_path / "killed", on_step)
    assert outcome(fit(small_set(), config, Arm.RETRAINED, tmp_path / "killed")) == outcome(whole)


@pytest.mark.parametrize("loss", LossName)
def test_every_loss_learns(loss: LossName, tmp_path: Path) -> None:
    """Better than chance, from targets alone; LDAM's margins are of cosines, so its head gives them."""
    config = QUICK.model_copy(update={"steps": 60, "lr": 0.01, "loss": loss})
    fitted = fit(small_set(train=(12, 8, 6)), config, Arm.TARGETS_ONLY, tmp_path)
    assert fitted.test[0].accuracy > 0.7
