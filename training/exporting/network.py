"""The network that is handed out: pictures in, logits of the target classes out."""

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.config import Mode
from training.exporting.learned import Learned
from training.models.adapters import merged
from training.models.heads import targets_only
from vision.backbones import load_backbone


class FromVectors(nn.Module):
    """A frozen backbone, its features brought to unit length, and a classifier upon them.

    With `flip` the features are added to those of the mirror image.
    """

    def __init__(self, backbone: nn.Module, flip: bool, classifier: nn.Module) -> None:
        super().__init__()
        self.backbone, self.flip, self.classifier = backbone, flip, classifier

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits [b, N] of normalized pictures [b, 3, side, side]."""
        features = self.backbone(pictures)
        if self.flip:
            features = features + self.backbone(pictures.flip(-1))
        logits: Tensor = self.classifier(functional.normalize(features, dim=1))
        return logits


def handed_out(learned: Learned) -> nn.Module:
    """A copy of the trained network without its auxiliary rows, behind the frozen encoder where there is one.

    What an adapter learned is merged into the backbone where it can be.
    """
    network = deepcopy(learned.run.network)
    network.head = targets_only(network.head, len(learned.data.classes))
    if learned.config.mode is Mode.FEATURES:
        backbone = load_backbone(learned.encoder).eval()
        return FromVectors(backbone, learned.encoder.flip, network).eval().requires_grad_(False)
    backbone = network.get_submodule("backbone")
    whole = merged(backbone)
    network.backbone = backbone if whole is None else whole
    # Kernels for channels that lie together are torch's own matter, none of a file's.
    return network.to(memory_format=torch.contiguous_format).eval().requires_grad_(False)
