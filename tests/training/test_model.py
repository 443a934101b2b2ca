"""The networks' trunk and head."""

import torch
from torch import nn

from tests.training.small import QUICK
from training.config import LossName, Mode, TrainConfig
from training.model import FeatureClassifier, WholeNetwork
from vision.encoders import EncoderConfig

ENCODER = EncoderConfig(kind="timm", name="test_resnet", image_size=32)


def test_a_frozen_trunk_learns_nothing_and_counts_nothing() -> None:
    """Its weights have no gradient, its batch norms stay in evaluation; only the head, a fresh one, is trained."""
    config = TrainConfig(mode=Mode.FINETUNE, encoder=ENCODER, device="cpu")
    learned = WholeNetwork(ENCODER, 5, config.model_copy(update={"seed": 1}))
    network = WholeNetwork(ENCODER, 3, config)
    fresh = {name: value.clone() for name, value in network.head.state_dict().items()}
    network.take_trunk(learned.state_dict())
    assert network(torch.randn(4, 3, 32, 32)).shape == (4, 3)
    held, before = network.state_dict(), learned.state_dict()
    assert all(torch.equal(held[name], before[name]) for name in held if not name.startswith("head."))
    assert all(torch.equal(held[f"head.{name}"], value) for name, value in fresh.items())
    assert {name for name, p in network.named_parameters() if p.requires_grad} == {"head.weight", "head.bias"}
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert network.head.training


def test_ldam_s_logits_are_scaled_cosines() -> None:
    """Whatever the features, none is larger than the scale that its margins are measured in."""
    config = QUICK.model_copy(update={"loss": LossName.LDAM_DRW})
    logits = FeatureClassifier(12, 7, config)(1000 * torch.randn(50, 12))
    assert logits.abs().max() <= config.baselines.scale * (1 + 1e-5)
    assert logits.abs().max() > config.baselines.scale / 10
