"""Encoders: pictures to unit vectors, the same for every library behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from storage.errors import BadInput
from vision.backbones import load_backbone
from vision.computing import computing, device_of
from vision.config import EncoderConfig
from vision.inputs import Input, input_of
from vision.origins import license_of
from vision.preprocess import Pixels, normalized, preprocess, square
from vision.weights import HUB, encoder_digest

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Encoder", "EncoderConfig", "device_of", "encoder_digest", "load_backbone", "load_encoder", "preprocess"]


@dataclass(frozen=True, slots=True)
class Encoder:
    """A frozen backbone on its device; `digest` stands for everything that its vectors depend on.

    `image_size` is the side of its square input in pixels, `license` that of its weights, empty where
    nobody says.
    """

    backbone: "nn.Module"
    config: EncoderConfig
    input: Input
    device: str
    dim: int
    digest: str
    license: str

    @property
    def image_size(self) -> int:
        """The side of the square input, in pixels."""
        return self.config.image_size

    def square(self, picture: Image.Image) -> Pixels:
        """The picture at the encoder's input size: what a worker can do of its work."""
        return square(picture, self.input)

    def _stacked(self, squares: Sequence[Pixels]) -> "Tensor":
        """One batch of bytes, [n, side, side, 3], where a GPU can copy from by itself while this thread goes on."""
        import torch

        shape, pinned = (len(squares), self.image_size, self.image_size, 3), self.device.startswith("cuda")
        stacked = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned)
        np.stack(squares, out=stacked.numpy())
        return stacked

    def _on_device(self, stacked: "Tensor") -> "Tensor":
        return normalized(stacked.to(self.device, non_blocking=True), self.input)

    def inputs(self, squares: Sequence[Pixels]) -> "Tensor":
        """What the backbone is shown of squares, as one batch on the device: float32 [n, 3, side, side]."""
        return self._on_device(self._stacked(squares))

    def features(self, inputs: "Tensor") -> "Tensor":
        """What the backbone makes of them, in any precision, [n, dim]; a GPU may still be at work on it."""
        with computing(self.config, self.device):
            features: Tensor = self.backbone(inputs)
            return features + self.backbone(inputs.flip(-1)) if self.config.flip else features

    def encode_squares(self, squares: Sequence[Pixels]) -> NDArray[np.float32]:
        """Unit vectors, float32 [n, dim], of what `square` makes of pictures, as one batch; in any thread."""
        import torch

        if not squares:
            return np.zeros((0, self.dim), np.float32)
        stacked = self._stacked(squares)
        # The copy waits its turn too: a GPU holds the input of one batch, however many threads have one ready.
        with computing(self.config, self.device):
            features = self.features(self._on_device(stacked))
        with torch.inference_mode():
            vectors: NDArray[np.float32] = torch.nn.functional.normalize(features.float(), dim=1).cpu().numpy()
        return vectors

    def encode(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Unit vectors, float32 [n, dim], of RGB pictures, as one batch."""
        return self.encode_squares([self.square(picture) for picture in pictures])


def check_weights(config: EncoderConfig) -> None:
    """Raise BadInput where the encoder has no weights."""
    if config.checkpoint is None and config.pretrained is None and not config.name.startswith(HUB):
        raise BadInput(
            f"encoder: {config.name} has no weights, so its vectors would mean nothing",
            "set encoder.checkpoint to a local file, or encoder.pretrained to a tag",
        )


def _dim(backbone: "nn.Module", config: EncoderConfig, device: str) -> int:
    """The width of its vectors, found by showing it a blank picture."""
    import torch

    side = config.image_size
    try:
        with torch.inference_mode():
            return int(backbone(torch.zeros(1, 3, side, side, device=device)).shape[1])
    except (AssertionError, RuntimeError) as error:
        raise BadInput(
            f"encoder: {config.name} takes no pictures of {side} pixels: {error}",
            "set encoder.image_size to what it was trained with, or its options to this size",
        ) from error


def frozen(backbone: "nn.Module", config: EncoderConfig, device: str) -> Encoder:
    """An encoder of this backbone, on a GPU where `device` is auto and there is one."""
    from torch import channels_last

    device = device_of(device)
    # Convolutions run twice as fast on channels that lie together.
    backbone = backbone.eval().requires_grad_(False).to(device).to(memory_format=channels_last)
    dim = _dim(backbone, config, device)
    if config.compile:
        backbone.compile()
    return Encoder(backbone, config, input_of(config), device, dim, encoder_digest(config), license_of(config))


def load_encoder(config: EncoderConfig, device: str = "cpu") -> Encoder:
    """Load an encoder once a process, on a GPU where `device` is auto and there is one.

    Raises BadInput where it has no weights or they cannot be had, where nobody says how it was trained to see, or
    where there is no such device.
    """
    check_weights(config)
    input_of(config)  # before anything is downloaded
    return frozen(load_backbone(config), config, device_of(device))
