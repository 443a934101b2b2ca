"""The network over pictures: a backbone, perhaps with adapters, and a head upon it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from storage.errors import BadInput
from training.config import AdapterKind, HeadKind, TrainConfig
from training.models.adapters import add_adapter
from training.models.depths import below_head
from training.models.heads import CosineHead, head_of
from training.models.network import Network
from vision.encoders import EncoderConfig, load_backbone
from vision.texts import load_text_tower

COLORS = 3


class WholeNetwork(Network):
    """A backbone and a head over normalized pictures [b, 3, h, w]; `classes` are the names of its N + M classes.

    Backbones draw their noise from torch's global generator, so such a run wants a process of its own.
    Weights and pictures lie channels-last, in which convolutions run about twice as fast.
    """

    def __init__(self, encoder: EncoderConfig, classes: Sequence[str], config: TrainConfig) -> None:
        super().__init__(config.dropout)
        torch.manual_seed(config.seed)
        blank = torch.zeros(1, COLORS, encoder.image_size, encoder.image_size)
        self.backbone = _skipping(encoder, config.drop_path) if config.drop_path else load_backbone(encoder)
        width = _feature_width(self.backbone, blank)
        if config.adapter.kind is not AdapterKind.NONE:
            add_adapter(self.backbone, config.adapter, blank)
            self.frozen = True
        self.head = _head(width, classes, encoder, config)
        self.to(memory_format=torch.channels_last)
        self.train()

    def features(self, inputs: Tensor) -> Tensor:
        """The backbone's pooled features, [b, d]."""
        features: Tensor = self.backbone(inputs.contiguous(memory_format=torch.channels_last))
        return features

    def below_head(self) -> dict[str, int]:
        """How many blocks below the head each of the backbone's parameters lies."""
        return {f"backbone.{name}": blocks for name, blocks in below_head(self.backbone).items()}

    def reseed(self, seed: int) -> None:
        """Seed the head's noise, and torch's global generators for the backbone's."""
        super().reseed(seed)
        torch.manual_seed(seed)


def _head(width: int, classes: Sequence[str], encoder: EncoderConfig, config: TrainConfig) -> nn.Module:
    if config.head.kind is not HeadKind.TEXT_COSINE:
        return head_of(width, len(classes), config, torch.Generator().manual_seed(config.seed))
    texts = load_text_tower(encoder, config.device).captioned(classes, [config.head.prompt])
    return CosineHead(torch.from_numpy(texts), config.head.scale)


def _skipping(encoder: EncoderConfig, drop_path: float) -> nn.Module:
    """The encoder's network, whose blocks are skipped at random; raises BadInput where it has none that can be."""
    unsuited = BadInput(
        f"train.drop_path: {encoder.name} of {encoder.kind} has no block that can be skipped",
        "set train.drop_path to 0",
    )
    options = {**encoder.options, "drop_path_rate": drop_path}
    try:
        backbone = load_backbone(encoder.model_copy(update={"options": options}))
    except BadInput as error:
        if "drop_path_rate" in error.problem:  # the library does not know the argument
            raise unsuited from error
        raise
    if not any(getattr(module, "drop_prob", 0) for module in backbone.modules()):
        raise unsuited
    return backbone


@torch.no_grad()
def _feature_width(backbone: nn.Module, picture: Tensor) -> int:
    """The width of a backbone's features, found by showing it a blank picture."""
    backbone.eval()
    width = int(backbone(picture).shape[1])
    backbone.train()
    return width
