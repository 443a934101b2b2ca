"""AdaptFormer (Chen et al., NeurIPS 2022): a narrow branch beside the MLP of every block."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.config import Adapter
from training.models.blocks import blocks, replace_module


class ParallelBranch(nn.Module):
    """mlp(x) + scale * up(relu(down(layernorm(x)))); up starts at zero, and so does the branch.

    x is what the MLP is given, the tokens that the block has normalized; what the branch adds is scaled by the block
    as the MLP's output is, in networks that do so (DINOv2's). The paper's branch reads the tokens themselves.
    """

    def __init__(self, mlp: nn.Module, width: int, adapter: Adapter) -> None:
        super().__init__()
        self.mlp = mlp
        self.norm = nn.LayerNorm(width)
        self.down, self.up = nn.Linear(width, adapter.rank), nn.Linear(adapter.rank, width)
        self.scale = nn.Parameter(torch.tensor(adapter.scale))
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, tokens: Tensor) -> Tensor:
        """What is added to the tokens [b, n, d]."""
        branch = self.up(functional.relu(self.down(self.norm(tokens))))
        added: Tensor = self.mlp(tokens) + self.scale * branch
        return added


def _width(mlp: nn.Module) -> int | None:
    """The width of the tokens that an MLP takes; None where it takes something else."""
    return next((layer.in_features for layer in mlp.modules() if isinstance(layer, nn.Linear)), None)


def add_branches(backbone: nn.Module, adapter: Adapter) -> None:
    """Put a branch beside every block's MLP."""
    for name, block in blocks(backbone):
        mlp = block.get_submodule("mlp")
        if (width := _width(mlp)) is not None:
            replace_module(backbone, f"{name}.mlp", ParallelBranch(mlp, width, adapter))


def has_branches(backbone: nn.Module) -> bool:
    """Whether any branch was put into it."""
    return any(isinstance(module, ParallelBranch) for module in backbone.modules())
