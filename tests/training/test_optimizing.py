"""How fast each weight learns: rates by depth, decay by shape, both over the steps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn

from storage.errors import BadInput
from tests.training.models.networks import (
    CLIP,
    RESNET,
    VIT,
    adapter_of,
    config_of,
    drawn_set,
    know_the_clip,
    network_of,
)
from tests.training.small import DIM, QUICK
from training.config import AdapterKind, Arm, TrainConfig
from training.fit import build, unheard
from training.loop import train
from training.models.depths import below_head
from training.models.features import FeatureClassifier
from training.models.network import Network
from training.optimizing import learning_rate, prepare
from vision.encoders import EncoderConfig

DECAY = 0.5
LR = 3e-3


@pytest.fixture(scope="module", autouse=True)
def _clip(tmp_path_factory: pytest.TempPathFactory) -> None:
    know_the_clip(tmp_path_factory.mktemp("architectures"))


def groups(network: Network, config: TrainConfig) -> Iterator[tuple[str, float, float]]:
    """Each learning parameter's name, rate and weight decay."""
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    for group in prepare(network, config, "").optimizer.param_groups:
        for parameter in group["params"]:
            yield names[id(parameter)], group["initial_lr"], group["weight_decay"]


def rates(network: Network, config: TrainConfig) -> dict[str, float]:
    """The peak rate of each learning parameter."""
    return {name: rate for name, rate, _ in groups(network, config)}


def test_without_decay_there_are_two_groups() -> None:
    """Matrices, decayed, and all else, in the network's order and at the one rate: as a plain AdamW would have it."""
    network = network_of(VIT)
    optimizer = prepare(network, config_of(VIT), "").optimizer
    parameters = list(network.parameters())
    expected = [[p for p in parameters if p.ndim > 1], [p for p in parameters if p.ndim <= 1]]
    assert len(optimizer.param_groups) == 2
    for group, held, decay in zip(optimizer.param_groups, expected, (0.5, 0.0), strict=True):
        assert [id(p) for p in group["params"]] == [id(p) for p in held]
        assert (group["initial_lr"], group["weight_decay"], group["betas"]) == (LR, decay, (0.9, 0.99))


@pytest.mark.parametrize(("encoder", "block", "depth"), [(VIT, "blocks", 6), (CLIP, "transformer.resblocks", 3)])
@pytest.mark.parametrize("adapter", AdapterKind)
def test_block_i_of_a_transformer_learns_at_the_rate_times_decay_to_the_depth_minus_i(
    encoder: EncoderConfig, block: str, depth: int, adapter: AdapterKind
) -> None:
    """The head at the rate itself, what comes before the first block at the least; adapters as their blocks."""
    held = rates(network_of(encoder, adapter=adapter_of(adapter)), config_of(encoder, layer_decay=DECAY))
    for number in range(depth):
        own = {rate for name, rate in held.items() if name.startswith(f"backbone.{block}.{number}.")}
        assert list(own) == [pytest.approx(LR * DECAY ** (depth - number))]
    assert held["head.weight"] == held["head.bias"] == LR
    if adapter is AdapterKind.NONE:
        first = {"backbone.conv1.weight", "backbone.class_embedding"} if encoder is CLIP else {"backbone.cls_token"}
        assert [held[name] for name in first] == pytest.approx([LR * DECAY ** (depth + 1)] * len(first))


@pytest.mark.parametrize("encoder", [RESNET, VIT, CLIP])
def test_rates_grow_with_depth_and_hold_all_that_learns(encoder: EncoderConfig) -> None:
    """From the stem on no later stage is slower, each parameter is there once, and biases and gains are not decayed."""
    network, config = network_of(encoder), config_of(encoder, layer_decay=DECAY)
    listed = list(groups(network, config))
    assert sorted(name for name, _, _ in listed) == sorted(name for name, _ in network.named_parameters())
    shapes = {name: parameter.ndim for name, parameter in network.named_parameters()}
    assert all(decay == (0.5 if shapes[name] > 1 else 0) for name, _, decay in listed)
    if encoder is RESNET:
        held = rates(network, config)
        stages = [held["backbone.conv1.0.weight"], *(held[f"backbone.layer{n}.0.conv1.weight"] for n in (1, 2, 3, 4))]
        assert stages == pytest.approx([LR * DECAY**below for below in (5, 4, 3, 2, 1)])


def test_all_rates_follow_one_schedule() -> None:
    """Each is its own peak times the share of the step, and the one that is logged is the head's."""
    config = config_of(VIT, layer_decay=DECAY, warmup_steps=3)
    trained = prepare(network_of(VIT), config, "")
    for step in range(config.steps):
        share = learning_rate(step, config)
        assert trained.schedule.get_last_lr()[0] == pytest.approx(LR * share)
        for group in trained.optimizer.param_groups:
            assert group["lr"] == pytest.approx(group["initial_lr"] * share)
        trained.update()


def test_lower_blocks_move_less(tmp_path: Path) -> None:
    """After a step, in which Adam moves each weight by about its rate; the log has the head's."""
    told = {"layer_decay": DECAY, "steps": 1, "weight_decay": 0, "evaluate_every": 1}
    run = build(drawn_set(tmp_path), config_of(VIT, **told), Arm.SILENCED, tmp_path)
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    train(run, unheard)
    for number in range(6):
        name = f"backbone.blocks.{number}.mlp.fc2.weight"
        moved = (run.network.state_dict()[name] - before[name]).abs().median()
        assert float(moved) == pytest.approx(LR * DECAY ** (6 - number), rel=0.05)
    assert json.loads((tmp_path / "metrics.jsonl").read_text())["lr"] == pytest.approx(LR)


def test_a_classifier_of_vectors_has_one_rate() -> None:
    """Its settings know no layer decay."""
    assert set(rates(FeatureClassifier(DIM, 3, QUICK), QUICK).values()) == {QUICK.lr}


def test_a_network_of_unknown_blocks_is_refused() -> None:
    """Instead of being given rates that nobody has thought of."""
    with pytest.raises(BadInput, match=r"train\.layer_decay: nobody says which blocks Linear .*\n.*layer_decay to 1"):
        below_head(nn.Linear(2, 2))


def test_timm_s_networks_in_open_clip_have_their_blocks_rates() -> None:
    """Whatever the library wraps them in, with a projection at the head's rate."""

    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.trunk, self.head = network_of(VIT).backbone, nn.Linear(2, 2)

    depths = below_head(Wrapped())
    assert depths == {f"trunk.{name}": depth for name, depth in below_head(network_of(VIT).backbone).items()}
    assert set(depths.values()) == set(range(1, 8))
