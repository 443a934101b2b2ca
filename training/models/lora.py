"""LoRA by peft: small matrices whose product is added to the weights of a transformer's linear layers.

peft's own way with torch's fused attention adds them to the frozen weights and takes them off again at every
step, which rounds, so that what is frozen drifts: such an attention is split into linear layers first.
"""

from copy import deepcopy
from typing import Any

from torch import nn

from training.config import Adapter
from training.models.attention import SplitAttention, splittable
from training.models.blocks import blocks, linears, replace_module


def add_lora(backbone: nn.Module, adapter: Adapter) -> None:
    """Put LoRA beside every linear layer of attention and mlp; at the start it adds nothing."""
    from peft import LoraConfig, inject_adapter_in_model

    for name, block in blocks(backbone):
        attention = block.get_submodule("attn")
        if isinstance(attention, nn.MultiheadAttention) and splittable(attention):
            replace_module(backbone, f"{name}.attn", SplitAttention(attention))
    targets = [name for name, _ in linears(backbone)]
    alpha: Any = adapter.alpha  # peft asks for an integer, and divides it by the rank like any other number
    inject_adapter_in_model(LoraConfig(r=adapter.rank, lora_alpha=alpha, target_modules=targets), backbone)


def has_lora(backbone: nn.Module) -> bool:
    """Whether LoRA was put into it."""
    from peft.tuners.lora import LoraLayer

    return any(isinstance(module, LoraLayer) for module in backbone.modules())


def without_lora(backbone: nn.Module) -> nn.Module:
    """A copy with LoRA's products added to the weights, of the same modules as before there was any."""
    from peft.tuners.lora import LoraLayer

    plain = deepcopy(backbone)
    for name, module in list(plain.named_modules()):
        if isinstance(module, LoraLayer) and isinstance(module, nn.Module):
            module.merge()
            replace_module(plain, name, module.get_base_layer())
    for name, module in list(plain.named_modules()):
        if isinstance(module, SplitAttention):
            replace_module(plain, name, module.fused())
    return plain
