"""The steps at the start in which the head alone learns."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.training.models.networks import RESNET, VIT, config_of, drawn_set
from tests.training.small import QUICK, small_set
from tests.training.test_fit import Killed, killing, outcome
from training.config import Adapter, AdapterKind, Arm, TrainConfig
from training.data import TrainingSet
from training.fit import build, fit
from training.loop import Run, train
from training.models.network import Network
from vision.encoders import EncoderConfig

HELD = 4
NOISY: dict[str, object] = {
    "head_steps": HELD, "accumulate": 2, "ema": 0.5, "clip_norm": 0.5, "mixup": 0.4, "dropout": 0.3,
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> TrainingSet:
    """Colored drawings in finished stages."""
    return drawn_set(tmp_path)


def by_step(run: Run) -> list[dict[str, Tensor]]:
    """The network's weights and statistics before the first step and after each."""
    held = [{name: value.clone() for name, value in run.network.state_dict().items()}]

    def on_step(_step: int, _total: int, _metrics: Mapping[str, float]) -> None:
        held.append({name: value.clone() for name, value in run.network.state_dict().items()})

    train(run, on_step)
    return held


def changed(before: Mapping[str, Tensor], after: Mapping[str, Tensor], network: Network) -> tuple[set[str], set[str]]:
    """The names of what differs, of the trunk and of the head."""
    names = {name for name in network.state_dict() if not torch.equal(before[name], after[name])}
    return {name for name in names if not name.startswith("head.")}, {n for n in names if n.startswith("head.")}


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("encoder", [RESNET, VIT])
def test_the_trunk_stands_still_and_then_all_learn(
    encoder: EncoderConfig, accumulate: int, data: TrainingSet, tmp_path: Path
) -> None:
    """Not a bit of its weights or batch norms moves in the first steps, though weights decay; then all of them do."""
    config = config_of(encoder, head_steps=HELD, accumulate=accumulate, layer_decay=0.9)
    run = build(data, config, Arm.SILENCED, tmp_path)
    held = by_step(run)
    assert len(held) == config.steps + 1
    moved = [changed(before, after, run.network) for before, after in pairwise(held)]
    head = {"head.weight", "head.bias"}
    assert moved[:HELD] == [(set(), head)] * HELD
    assert all(trunk for trunk, _ in moved[HELD:])
    # What a residual block begins with zeros hides for a step what lies before it.
    assert set.union(*(trunk for trunk, _ in moved[HELD:])) == run.network.state_dict().keys() - head
    assert all(parameter.requires_grad for parameter in run.network.parameters())
    assert run.network.train().get_submodule("backbone").training


def test_the_optimizer_remembers_nothing_of_a_trunk_that_stands_still(data: TrainingSet, tmp_path: Path) -> None:
    """At the checkpoint after the last such step it holds moments of the head alone."""
    config = config_of(RESNET, head_steps=HELD)
    with pytest.raises(Killed):
        fit(data, config, Arm.SILENCED, tmp_path, killing(HELD + 1))
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    assert state["progress"]["step"] == HELD
    assert len(state["optimizer"]["state"]) == 2
    assert {float(moments["step"]) for moments in state["optimizer"]["state"].values()} == {HELD}


@pytest.mark.parametrize(("kind", "at"), [(AdapterKind.NONE, 3), (AdapterKind.NONE, 5), (AdapterKind.LORA, 7)])
def test_resumed_is_uninterrupted(kind: AdapterKind, at: int, data: TrainingSet, tmp_path: Path) -> None:
    """Killed among the head's steps, right after them or later, with all that is random: bit for bit the same."""
    told = NOISY | {"save_every": 2, "adapter": Adapter(kind=kind, rank=4), "drop_path": 0.2 if kind == "none" else 0}
    config = config_of(VIT, **told)
    whole = fit(data, config, Arm.SILENCED, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(data, config, Arm.SILENCED, tmp_path / "killed", killing(at))
    assert outcome(fit(data, config, Arm.SILENCED, tmp_path / "killed")) == outcome(whole)


def test_none_is_as_before(tmp_path: Path) -> None:
    """A run without such steps moves all from its first one on."""
    run = build(small_set(), QUICK.model_copy(update={"log_every": 1}), Arm.SILENCED, tmp_path)
    held = by_step(run)
    assert changed(held[0], held[1], run.network) == ({"hidden.weight", "hidden.bias"}, {"head.weight", "head.bias"})


def test_a_retrained_classifier_keeps_its_trunk(tmp_path: Path) -> None:
    """The end of the head's steps sets no trunk free that was frozen for another reason."""
    config: TrainConfig = QUICK.model_copy(update={"head_steps": 5, "retrain_steps": 10})
    fit(small_set(), config, Arm.RETRAINED, tmp_path)
    first, second = (
        torch.load(folder / "last.pt", weights_only=True)["best"] for folder in (tmp_path / "representation", tmp_path)
    )
    assert torch.equal(first["hidden.weight"], second["hidden.weight"])
    assert not torch.equal(first["head.bias"][:3], second["head.bias"])
