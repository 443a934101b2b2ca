"""The loop's own laws: what resuming, accumulation, averaging and logging may not change."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from tests.training.small import QUICK, lines_of, small_set
from tests.training.test_fit import NOISY, Killed, killing, outcome
from training.averaging import MovingAverage
from training.config import Arm, TrainConfig
from training.fit import build, fit, unheard
from training.gradients import cut
from training.loop import train
from training.losses.base import MixedLabels
from training.metrics import VOLATILE
from training.processes import mean, weighed

EVERYTHING = NOISY.model_copy(update={"ema": 0.9, "accumulate": 2, "clip_norm": 0.5})


@pytest.mark.parametrize("at", [5, 15, 20, 25])
def test_resumed_is_uninterrupted(at: int, tmp_path: Path) -> None:
    """With an average, parts, mixing and dropout too: bit for bit the same."""
    whole = fit(small_set(), EVERYTHING, Arm.SILENCED, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(small_set(), EVERYTHING, Arm.SILENCED, tmp_path / "killed", killing(at))
    assert outcome(fit(small_set(), EVERYTHING, Arm.SILENCED, tmp_path / "killed")) == outcome(whole)


@pytest.mark.parametrize("mixup", [0.0, 0.4])
@pytest.mark.parametrize("accumulate", [2, 4, 8])
def test_parts_add_up_to_the_batch(accumulate: int, mixup: float, tmp_path: Path) -> None:
    """However many parts a batch is cut into, weights and metrics are the same to 1e-6, clipped ones too."""
    ends, logs = [], []
    for parts in (1, accumulate):
        config = QUICK.model_copy(update={"accumulate": parts, "clip_norm": 0.5, "mixup": mixup})
        fitted = fit(small_set(), config, Arm.SILENCED, tmp_path / str(parts))
        ends.append(safetensors.torch.load_file(fitted.checkpoint))
        logs.append(lines_of(fitted.metrics))
    torch.testing.assert_close(*ends, rtol=0, atol=1e-6)
    for one, other in zip(*logs, strict=True):
        assert other == pytest.approx(one, abs=1e-5)


@pytest.mark.parametrize("samples", [0, 1])
def test_a_part_that_is_nan_is_seen(samples: int) -> None:
    """Where it is a mean of samples; one of none has nothing to say."""
    ours, none = (weighed(torch.tensor(mean), torch.tensor(float(of))) for mean, of in ((2.0, 3), (math.nan, samples)))
    assert mean({"loss": ours + none}) == pytest.approx({"loss": math.nan if samples else 2.0}, nan_ok=True)


def test_mixed_labels_stay_with_their_inputs() -> None:
    """Cut up, each part has its rows' two labels and their share."""
    rows = torch.arange(6)
    parts = cut(rows[:, None], MixedLabels(rows, rows + 10, rows / 10), 3)
    for inputs, labels in parts:
        assert isinstance(labels, MixedLabels)
        assert torch.equal(labels.first, inputs[:, 0])
        assert torch.equal(labels.second, labels.first + 10)
        assert torch.equal(labels.share, labels.first / 10)
    assert len(parts) == 3


class Spied:
    """The weights of a run after every step, and the shares of the steps that its loss was told of."""

    def __init__(self, config: TrainConfig, folder: Path) -> None:
        self.weights: list[dict[str, Tensor]] = []
        self.told: list[float] = []
        run = build(small_set(), config, Arm.SILENCED, folder)
        with patch.object(run.loss, "advance", self.told.append):
            train(run, lambda *_: self.weights.append({k: v.clone() for k, v in run.network.state_dict().items()}))
        self.best = safetensors.torch.load_file(run.best)


def test_what_is_judged_is_the_average(tmp_path: Path) -> None:
    """Every update keeps min(d, (1 + n) / (10 + n)) of the average of the n before it: of the start soon nothing."""
    decay = 0.3
    spied = Spied(QUICK.model_copy(update={"steps": 6, "evaluate_every": 6, "log_every": 1, "ema": decay}), tmp_path)
    for name, best in spied.best.items():
        expected = spied.weights[0][name]
        for weights, kept in zip(spied.weights[1:], (2 / 11, 3 / 12, 4 / 13, decay, decay), strict=True):
            expected = kept * expected + (1 - kept) * weights[name]
        torch.testing.assert_close(best, expected, rtol=1e-5, atol=1e-6)


def test_a_long_average_of_a_short_run_is_of_its_end() -> None:
    """After 100 steps with the usual 0.999, the start weighs less than a millionth, not nine tenths."""
    network = nn.Linear(1, 1)
    average = MovingAverage(network, 0.999)
    for step in range(100):
        nn.init.constant_(network.weight, float(step == 0))
        average.update_parameters(network)
    assert float(average.module.state_dict()["weight"]) < 1e-6


def test_without_a_decay_the_weights_themselves_are_judged(tmp_path: Path) -> None:
    """Decay 0 is no average at all."""
    spied = Spied(QUICK.model_copy(update={"steps": 6, "evaluate_every": 6, "log_every": 1}), tmp_path)
    torch.testing.assert_close(spied.best, spied.weights[-1], rtol=0, atol=0)
    assert torch.load(tmp_path / "last.pt")["average"] is None


def test_the_loss_is_told_before_every_step_how_much_is_done(tmp_path: Path) -> None:
    """From nothing at the first step to all but one at the last, for losses that defer something."""
    spied = Spied(QUICK.model_copy(update={"steps": 4}), tmp_path)
    assert spied.told == [0, 0.25, 0.5, 0.75]


def test_batch_norm_is_averaged_with_its_weights() -> None:
    """Running statistics by the same formula; the counter, an integer, is the network's."""
    norm = nn.BatchNorm1d(2)
    average = MovingAverage(norm, 0.5)
    held = []
    for step in range(3):
        norm(torch.randn(8, 2, generator=torch.Generator().manual_seed(step)) + step)
        average.update_parameters(norm)
        held.append(norm.running_mean.clone() if norm.running_mean is not None else torch.empty(0))
    averaged = average.module.state_dict()
    expected = torch.lerp(held[2], torch.lerp(held[1], held[0], 2 / 11), 3 / 12)
    torch.testing.assert_close(averaged["running_mean"], expected)
    assert int(averaged["num_batches_tracked"]) == 3


def board_lines(folder: Path) -> Iterator[dict[str, float]]:
    """The lines that TensorBoard's files make, read by TensorBoard."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    lines: dict[int, dict[str, float]] = {}
    for name in events.Tags()["scalars"]:
        for event in events.Scalars(name):
            assert name not in lines.setdefault(event.step, {"step": event.step}), f"{name} twice at {event.step}"
            lines[event.step][name] = event.value
    yield from (lines[step] for step in sorted(lines))


def test_tensorboard_holds_the_metrics(tmp_path: Path) -> None:
    """The same numbers at the same steps, each once, though the run was killed between two checkpoints."""
    config = QUICK.model_copy(update={"tensorboard": True})
    with suppress(Killed):
        fit(small_set(), config, Arm.SILENCED, tmp_path, killing(25))
    fit(small_set(), config, Arm.SILENCED, tmp_path)
    written = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    for line, shown in zip(written, board_lines(tmp_path), strict=True):
        assert shown == pytest.approx(line, rel=1e-6)
    assert len(written) == 6


def test_no_tensorboard_unless_asked(tmp_path: Path) -> None:
    """The folder holds the log, the checkpoint, the best weights and what they make of test pictures."""
    fit(small_set(), QUICK, Arm.SILENCED, tmp_path, unheard)
    weights = {"best.safetensors", "features.safetensors"}
    assert {path.name for path in tmp_path.iterdir()} == {"metrics.jsonl", "last.pt"} | weights


def test_a_line_says_how_fast_it_goes(tmp_path: Path) -> None:
    """In every line, and never as part of what two runs are compared by."""
    fitted = fit(small_set(), QUICK, Arm.SILENCED, tmp_path)
    for line in map(json.loads, fitted.metrics.read_text().splitlines()):
        assert 0 < line["waited"] < 1
        assert line["pictures_per_second"] > 0
    assert not any(name in line for name in VOLATILE for line in lines_of(fitted.metrics))


@pytest.mark.slow
@pytest.mark.parametrize("config", [QUICK.model_copy(update={"ema": 0.9}), EVERYTHING])
def test_a_compiled_run_is_the_same_run(config: TrainConfig, tmp_path: Path) -> None:
    """Weights under the same names and, but for rounding, the same; one that was not compiled goes on from it."""
    config = config.model_copy(update={"steps": 10})
    ends = []
    for compiled in (False, True):
        own = config.model_copy(update={"compile": compiled})
        fitted = fit(small_set(), own, Arm.SILENCED, tmp_path / str(compiled))
        ends.append(safetensors.torch.load_file(fitted.checkpoint))
    torch.testing.assert_close(*ends, rtol=0, atol=1e-5)
    assert fit(small_set(), config, Arm.SILENCED, tmp_path / "True").best_step == fitted.best_step
