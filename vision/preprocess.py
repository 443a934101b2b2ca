"""From a picture to an encoder's input: a square of bytes, and those as numbers around zero."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.config import EncoderConfig
from vision.inputs import Input, input_of

if TYPE_CHECKING:
    from torch import Tensor

Pixels = NDArray[np.uint8]
"""A square picture, [side, side, 3]."""


def kept(picture: Image.Image, shape: Input) -> Image.Image:
    """What the crop keeps, at the picture's own size and in whole pixels."""
    width, height = picture.size
    kept_width = kept_height = min(width, height)
    if shape.squash:
        kept_width, kept_height = width, height
    kept_width, kept_height = (max(1, round(side * shape.crop_share)) for side in (kept_width, kept_height))
    if (kept_width, kept_height) == (width, height):
        return picture
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return picture.crop((left, top, left + kept_width, top + kept_height))


def square(picture: Image.Image, shape: Input) -> Pixels:
    """The picture as a square of the input's size: the middle of it, or all of it out of proportion."""
    import torch
    from torch.nn import functional

    values = torch.from_numpy(np.array(kept(picture, shape)))
    # On bytes as Pillow resizes, a level here and there apart, in a quarter of its time.
    sides = (shape.size, shape.size)
    resized = functional.interpolate(values.permute(2, 0, 1)[None], sides, mode=shape.interpolation, antialias=True)
    pixels: Pixels = resized[0].permute(1, 2, 0).numpy()
    return pixels


def normalized(pixels: "Tensor", shape: Input) -> "Tensor":
    """Bytes [b, side, side, 3] on any device as the encoder's input: float32 [b, 3, side, side], channels last."""
    import torch

    mean, std = (
        torch.tensor([[[[255 * part]] for part in color]], device=pixels.device) for color in (shape.mean, shape.std)
    )
    return pixels.permute(0, 3, 1, 2).float().sub_(mean).div_(std)


def _input(picture: Image.Image, shape: Input) -> "Tensor":
    import torch

    return normalized(torch.from_numpy(square(picture, shape))[None], shape)[0].contiguous()


def preprocess(config: EncoderConfig) -> "Callable[[Image.Image], Tensor]":
    """What turns an RGB picture into the encoder's float32 input of shape [3, image_size, image_size]."""
    return partial(_input, shape=input_of(config))
