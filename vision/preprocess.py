"""From a picture to an encoder's input."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vision.config import EncoderConfig

if TYPE_CHECKING:
    from torch import Tensor

_FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


def _square(picture: Image.Image, config: EncoderConfig) -> Image.Image:
    """The picture as a square of image_size: the middle of it, or all of it out of proportion."""
    width, height = picture.size
    kept_width = kept_height = min(width, height) * config.crop_share
    if config.crop == "squash":
        kept_width, kept_height = width * config.crop_share, height * config.crop_share
    left, top = (width - kept_width) / 2, (height - kept_height) / 2
    # One resampling straight from the source box, so that nothing is cut at whole pixels.
    box = (left, top, left + kept_width, top + kept_height)
    return picture.resize((config.image_size, config.image_size), _FILTERS[config.interpolation], box=box)


def preprocess(config: EncoderConfig) -> "Callable[[Image.Image], Tensor]":
    """What turns an RGB picture into the encoder's float32 input of shape [3, image_size, image_size]."""
    import torch

    mean, std = (np.asarray(color, dtype=np.float32) for color in (config.mean, config.std))

    def transform(picture: Image.Image) -> "Tensor":
        values = np.asarray(_square(picture, config), dtype=np.float32) / np.float32(255)
        return torch.from_numpy(np.ascontiguousarray(((values - mean) / std).transpose(2, 0, 1)))

    return transform
