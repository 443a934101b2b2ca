"""Encoders: pictures to unit vectors, the same for every library behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from storage.errors import BadInput
from vision.backbones import encoder_digest, load_backbone
from vision.config import EncoderConfig
from vision.preprocess import preprocess

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Encoder", "EncoderConfig", "encoder_digest", "load_backbone", "load_encoder", "preprocess"]


@dataclass(frozen=True, slots=True)
class Encoder:
    """A frozen backbone on its device; `digest` stands for everything that its vectors depend on."""

    backbone: "nn.Module"
    transform: "Callable[[Image.Image], Tensor]"
    device: str
    flip: bool
    dim: int
    digest: str

    def encode(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        """Unit vectors, float32 [n, dim], of RGB pictures, as one batch."""
        import torch
        from torch.nn import functional

        if not pictures:
            return np.zeros((0, self.dim), np.float32)
        with torch.inference_mode():
            stacked = torch.stack([self.transform(picture) for picture in pictures])
            batch = stacked.to(self.device, memory_format=torch.channels_last)  # convolutions run twice as fast
            features = self.backbone(batch)
            if self.flip:
                features = features + self.backbone(batch.flip(-1))
            vectors: np.ndarray = functional.normalize(features.float(), dim=1).cpu().numpy()
            return vectors


def check_weights(config: EncoderConfig) -> None:
    """Raise BadInput where the encoder has no weights."""
    if config.checkpoint is None and config.pretrained is None:
        raise BadInput(
            f"encoder: {config.name} has no weights, so its vectors would mean nothing",
            "set encoder.checkpoint to a local file, or encoder.pretrained to a tag",
        )


def device_of(name: str) -> str:
    """The device itself; for auto a GPU where there is one."""
    import torch

    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def load_encoder(config: EncoderConfig, device: str = "cpu") -> Encoder:
    """Load an encoder once a process, on a GPU where `device` is auto and there is one.

    Raises BadInput where it has no weights or they cannot be had.
    """
    import torch

    check_weights(config)
    device = device_of(device)
    backbone = load_backbone(config).eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        probe = torch.zeros(1, 3, config.image_size, config.image_size, device=device)
        dim = int(backbone(probe).shape[1])
    return Encoder(backbone, preprocess(config), device, config.flip, dim, encoder_digest(config))
