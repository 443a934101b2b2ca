"""Adapters: what learns in a backbone whose own weights stay as they are."""

from torch import Tensor, nn

from storage.errors import BadInput
from training.config import Adapter, AdapterKind
from training.models.adaptformer import add_branches, has_branches
from training.models.blocks import linears
from training.models.lora import add_lora, has_lora, without_lora


def _unsuited(adapter: Adapter, backbone: nn.Module, why: str) -> BadInput:
    return BadInput(
        f"train.adapter: {adapter.kind} has no place in {type(backbone).__name__}: {why}",
        "set train.encoder to a transformer of timm or open_clip, or train.adapter.kind to none",
    )


def _check_all_learn(backbone: nn.Module, adapter: Adapter, picture: Tensor) -> None:
    """Refuse a backbone that computes past the layers that an adapter was put beside, which would never learn."""
    backbone.eval()
    backbone(picture).sum().backward()
    idle = [name for name, each in backbone.named_parameters() if each.requires_grad and each.grad is None]
    backbone.zero_grad()
    backbone.train()
    if idle:
        raise _unsuited(adapter, backbone, f"its own code passes by {idle[0]}")


def add_adapter(backbone: nn.Module, adapter: Adapter, picture: Tensor) -> None:
    """Freeze a backbone and put adapters into it that add nothing at first; `picture` [1, 3, h, w] is one it takes.

    Their start is drawn from torch's global generator. Raises BadInput where the backbone has no place for them.
    """
    if not any(True for _ in linears(backbone)):
        raise _unsuited(adapter, backbone, "it has no blocks of attention and MLP")
    own = {id(parameter) for parameter in backbone.parameters()}
    (add_lora if adapter.kind is AdapterKind.LORA else add_branches)(backbone, adapter)
    for parameter in backbone.parameters():
        parameter.requires_grad_(id(parameter) not in own)
    _check_all_learn(backbone, adapter, picture)


def merged(backbone: nn.Module) -> nn.Module | None:
    """The plain backbone, of the library's own names, that computes the same; None where there is none.

    That is itself without an adapter, and a copy with LoRA's weights added; what AdaptFormer adds is no weight's.
    """
    if has_branches(backbone):
        return None
    return without_lora(backbone) if has_lora(backbone) else backbone
