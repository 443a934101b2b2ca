"""The networks' trunk and head."""

import pytest
import torch
from torch import nn

from storage.errors import BadInput
from tests.training.models.networks import CLIP, NAMES, RESNET, VIT, config_of, network_of, pictures
from tests.training.small import DIM, QUICK
from training.models.features import FeatureClassifier
from training.models.network import Network
from training.models.whole import WholeNetwork
from vision.encoders import EncoderConfig


def test_a_frozen_trunk_learns_nothing_and_counts_nothing() -> None:
    """Its weights have no gradient, its batch norms stay in evaluation; only the head, a fresh one, is trained."""
    learned = WholeNetwork(RESNET, ["class"] * 5, config_of(RESNET, seed=1))
    network = WholeNetwork(RESNET, NAMES, config_of(RESNET))
    fresh = {name: value.clone() for name, value in network.head.state_dict().items()}
    network.take_trunk(learned.state_dict())
    assert network(pictures()).shape == (4, 3)
    held, before = network.state_dict(), learned.state_dict()
    assert all(torch.equal(held[name], before[name]) for name in held if not name.startswith("head."))
    assert all(torch.equal(held[f"head.{name}"], value) for name, value in fresh.items())
    assert {name for name, p in network.named_parameters() if p.requires_grad} == {"head.weight", "head.bias"}
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert network.head.training


@pytest.mark.parametrize("hidden", [0, 16])
def test_the_head_is_shown_the_features(hidden: int) -> None:
    """In evaluation logits are the head's of the features; in training these lose some entries, and the rest grow."""
    config = QUICK.model_copy(update={"hidden": hidden, "dropout": 0.5, "input_dropout": 0.5})
    for network, inputs in (
        (FeatureClassifier(DIM, 3, config), torch.randn(64, DIM)),
        (network_of(RESNET, dropout=0.5), pictures()),
    ):
        network.eval()
        features = network.features(inputs)
        assert features.shape[0] == len(inputs)
        assert torch.equal(network(inputs), network.head(features))
        assert (network.drop(features, 0.5) == features).all()
        network.train()
        network.reseed(0)
        dropped = network.drop(features, 0.5)
        kept = dropped != 0
        assert 0.3 < kept[features != 0].float().mean() < 0.7
        torch.testing.assert_close(dropped[kept], 2 * features[kept])


def test_vectors_without_a_hidden_layer_are_dropped_once() -> None:
    """`input_dropout` is of what comes in, `dropout` of hidden units: without these it drops nothing."""
    noisy = FeatureClassifier(DIM, 3, QUICK.model_copy(update={"hidden": 0, "dropout": 0.9})).train()
    vectors = torch.randn(5, DIM)
    assert torch.equal(noisy(vectors), noisy.eval()(vectors))


def noise(network: Network, seed: int) -> torch.Tensor:
    """What a training step's forward pass makes of pictures; torch's own generator stands anywhere before."""
    torch.rand(seed + 1)
    network.reseed(seed)
    logits: torch.Tensor = network(pictures())
    return logits


def test_blocks_are_skipped_by_the_step_s_seed_alone() -> None:
    """With drop path the same seed gives the same logits and another one others; in evaluation none is skipped."""
    plain, skipping = network_of(VIT).train(), network_of(VIT, drop_path=0.5).train()
    assert torch.equal(noise(plain, 1), noise(plain, 2))
    assert torch.equal(noise(skipping, 1), noise(skipping, 1))
    assert not torch.allclose(noise(skipping, 1), noise(skipping, 2))
    assert torch.equal(skipping.eval()(pictures()), plain.eval()(pictures()))


@pytest.mark.parametrize("name", ["vgg11", "vit_tiny_patch16_224"])
def test_a_network_that_cannot_skip_blocks_is_refused(name: str) -> None:
    """Whether it does not know the argument, or has a single block: instead of training as the recipe does not say."""
    options: dict[str, str | int | float | bool] = {"depth": 1} if name != "vgg11" else {}
    encoder = EncoderConfig(kind="timm", name=name, image_size=32, options=options)
    with pytest.raises(BadInput, match=rf"train\.drop_path: {name} of timm.*\n.*train\.drop_path to 0"):
        network_of(encoder, drop_path=0.1)


@pytest.mark.parametrize(
    ("encoder", "told", "said"),
    [
        (VIT, {"mode": "features", "head": {"kind": "cosine"}}, "mode features has no head"),
        (VIT, {"mode": "features", "adapter": {"kind": "lora"}, "drop_path": 0.1}, "no adapter, drop_path"),
        (VIT, {"mode": "features", "layer_decay": 0.7}, "mode features has no layer_decay"),
        (VIT, {"mode": "features", "augment": {"flip": False}}, "mode features has no augment"),
        (VIT, {"head": {"kind": "text_cosine"}}, "train.encoder.kind open_clip"),
        (CLIP, {"drop_path": 0.1}, "drop_path is of timm's networks"),
        (VIT, {"drop_path": 0.1, "adapter": {"kind": "lora"}}, "an adapter freezes"),
        (VIT, {"loss": "ldam_drw", "arms": ["unsilenced"], "head": {"kind": "cosine"}}, "baselines"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_refused(
    encoder: EncoderConfig, told: dict[str, object], said: str
) -> None:
    """While the recipe is read, with the field to change."""
    with pytest.raises(ValueError, match=said):
        config_of(encoder, **told)
