"""LoRA and AdaptFormer: they start as nothing, learn alone, and LoRA ends as weights of the plain network."""

from pathlib import Path

import pytest
import torch
from torch import nn

from storage.errors import BadInput
from tests.training.models.networks import (
    ENCODERS,
    RESNET,
    VIT,
    adapter_of,
    config_of,
    drawn_set,
    network_of,
    pictures,
    stirred,
)
from training.config import AdapterKind, Arm
from training.fit import learned
from training.models.adapters import merged
from training.models.adaptformer import ParallelBranch
from training.models.attention import SplitAttention
from vision.encoders import EncoderConfig, load_backbone

KINDS = [AdapterKind.LORA, AdapterKind.ADAPTFORMER]
both_libraries = pytest.mark.parametrize("library", ENCODERS)
both_kinds = pytest.mark.parametrize("kind", KINDS)


@both_libraries
@both_kinds
def test_an_adapter_starts_as_nothing(library: str, kind: AdapterKind) -> None:
    """Features are the plain network's to 1e-6, and no longer so when what learns has moved."""
    encoder = ENCODERS[library]
    plain, adapted = network_of(encoder), network_of(encoder, adapter=adapter_of(kind))
    torch.testing.assert_close(adapted.features(pictures()), plain.features(pictures()), rtol=0, atol=1e-6)
    stirred(adapted.backbone)
    assert not torch.allclose(adapted.features(pictures()), plain.features(pictures()), atol=1e-2)


@both_libraries
@both_kinds
def test_little_learns_in_every_block(library: str, kind: AdapterKind) -> None:
    """All of it is small, none of it the network's own, and no block is without."""
    encoder = ENCODERS[library]
    plain, adapted = network_of(encoder), network_of(encoder, adapter=adapter_of(kind))
    learning = {name: p for name, p in adapted.backbone.named_parameters() if p.requires_grad}
    assert sum(p.numel() for p in learning.values()) < sum(p.numel() for p in plain.backbone.parameters()) / 4
    own = sum(p.numel() for p in adapted.backbone.parameters()) - sum(p.numel() for p in learning.values())
    assert own == sum(p.numel() for p in plain.backbone.parameters())
    blocks = {name.split("blocks.")[1].split(".")[0] for name in learning}
    assert blocks == {name.split("blocks.")[1].split(".")[0] for name in plain.state_dict() if "blocks." in name}
    assert all(p.requires_grad for p in adapted.head.parameters())


@both_libraries
@both_kinds
def test_steps_move_the_adapter_and_the_head_alone(library: str, kind: AdapterKind, tmp_path: Path) -> None:
    """After a run the network's own weights are bit for bit those that it started from; the rest has moved."""
    config = config_of(ENCODERS[library], adapter=adapter_of(kind), steps=3, ema=0.5)
    with learned(drawn_set(tmp_path), config, Arm.SILENCED, tmp_path / "run") as (run, _):
        trained = run.network
    start = network_of(ENCODERS[library], adapter=adapter_of(kind))
    before, after = (dict(network.named_parameters()) for network in (start, trained))
    still = {name for name, p in before.items() if not p.requires_grad}
    assert still
    assert all(torch.equal(after[name], before[name]) for name in still)
    moved = [name for name in before.keys() - still if name.startswith("backbone.")]
    assert moved
    assert all(not torch.equal(after[name], before[name]) for name in moved)
    assert not any(module.training for module in trained.train().get_submodule("backbone").modules())


@both_libraries
def test_merged_lora_is_the_plain_network(library: str) -> None:
    """The same features to 1e-5 under the plain network's own names, which its library reads again."""
    encoder = ENCODERS[library]
    adapted = network_of(encoder, adapter=adapter_of(AdapterKind.LORA))
    stirred(adapted.backbone)
    features = adapted.features(pictures())
    plain = merged(adapted.backbone)
    assert plain is not None
    torch.testing.assert_close(plain.eval()(pictures()), features, rtol=1e-5, atol=1e-5)
    again = load_backbone(encoder)
    assert list(plain.state_dict()) == list(again.state_dict())
    again.load_state_dict(plain.state_dict())
    torch.testing.assert_close(again.eval()(pictures()), features, rtol=1e-5, atol=1e-5)
    assert torch.equal(adapted.features(pictures()), features)


def test_what_merging_gives_without_lora() -> None:
    """Itself where there is no adapter, nothing where AdaptFormer's branch is none of its weights'."""
    plain, branched = network_of(VIT), network_of(VIT, adapter=adapter_of(AdapterKind.ADAPTFORMER))
    assert merged(plain.backbone) is plain.backbone
    assert merged(branched.backbone) is None


def test_a_branch_is_what_its_paper_says() -> None:
    """mlp(x) + scale * up(relu(down(layernorm(x)))), its scale learned from where the recipe puts it."""
    torch.manual_seed(0)
    adapter = adapter_of(AdapterKind.ADAPTFORMER).model_copy(update={"scale": 0.3})
    branch = ParallelBranch(nn.Identity(), 8, adapter)
    nn.init.normal_(branch.up.weight)
    tokens = torch.randn(2, 5, 8)
    centered = tokens - tokens.mean(-1, keepdim=True)
    unit = centered / (centered.pow(2).mean(-1, keepdim=True) + branch.norm.eps).sqrt()
    narrow = (unit @ branch.down.weight.T + branch.down.bias).clamp(min=0)
    torch.testing.assert_close(branch(tokens), tokens + 0.3 * narrow @ branch.up.weight.T)
    branch(tokens).sum().backward()
    assert branch.scale.grad is not None
    assert branch.scale.grad != 0


@pytest.mark.parametrize("bias", [True, False])
def test_a_split_attention_is_torch_s(bias: bool) -> None:
    """With and without a mask, and back again with the same weights under the same names."""
    torch.manual_seed(0)
    fused = nn.MultiheadAttention(16, 4, bias=bias, batch_first=True)
    for parameter in fused.parameters():
        nn.init.normal_(parameter)
    split, tokens, mask = SplitAttention(fused), torch.randn(2, 6, 16), torch.randn(6, 6)
    for attn_mask in (None, mask):
        theirs = fused(tokens, tokens, tokens, need_weights=False, attn_mask=attn_mask)[0]
        torch.testing.assert_close(split(tokens, tokens, tokens, attn_mask=attn_mask)[0], theirs, rtol=1e-5, atol=1e-5)
    back = split.fused().state_dict()
    assert list(back) == list(fused.state_dict())
    assert all(torch.equal(back[name], value) for name, value in fused.state_dict().items())


@both_kinds
def test_a_network_without_blocks_has_no_place(kind: AdapterKind) -> None:
    """A residual network is refused by the recipe's field."""
    with pytest.raises(
        BadInput, match=rf"train\.adapter: {kind} has no place in ResNet.*\n.*train\.adapter\.kind to none"
    ):
        network_of(RESNET, adapter=adapter_of(kind))


def test_lora_that_would_never_be_computed_is_refused() -> None:
    """BEiT multiplies by the weights of its layers itself, past what is put beside them."""
    beit = EncoderConfig(
        kind="timm", name="beit_base_patch16_224", image_size=32, options={"depth": 1, "embed_dim": 24, "num_heads": 2}
    )
    with pytest.raises(BadInput, match=r"train\.adapter: lora .* passes by blocks\.0\.attn\.qkv"):
        network_of(beit, adapter=adapter_of(AdapterKind.LORA))
    assert network_of(beit, adapter=adapter_of(AdapterKind.ADAPTFORMER))
