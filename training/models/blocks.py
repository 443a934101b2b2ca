"""A transformer's blocks, as timm and open_clip build them, and what adapters are put beside in them."""

from collections.abc import Iterator

from torch import nn


def blocks(backbone: nn.Module) -> list[tuple[str, nn.Module]]:
    """The blocks of an attention `attn` and an `mlp`, in order and by name; none in a network without any."""
    return [
        (name, module)
        for name, module in backbone.named_modules()
        if isinstance(getattr(module, "attn", None), nn.Module) and isinstance(getattr(module, "mlp", None), nn.Module)
    ]


def linears(backbone: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    """The linear layers of all blocks' attention and mlp, by name."""
    for block, module in blocks(backbone):
        for part in ("attn", "mlp"):
            for name, layer in module.get_submodule(part).named_modules(prefix=f"{block}.{part}"):
                if isinstance(layer, nn.Linear):
                    yield name, layer


def replace_module(backbone: nn.Module, name: str, by: nn.Module) -> None:
    """Put another module in the place of the named one."""
    parent, _, child = name.rpartition(".")
    setattr(backbone.get_submodule(parent), child, by)
