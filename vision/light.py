"""What `vision.preprocess` does, by Pillow and NumPy alone: for who cannot wait for torch to be imported.

Of the bytes of a square a few in a hundred differ, by one level: both resize with the same filters on bytes, and
torch rounds the filters' weights more.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.inputs import Input
from vision.preprocess import Pixels, kept


def light_square(picture: Image.Image, shape: Input) -> Pixels:
    """The picture as a square of the input's size, [side, side, 3]."""
    filtered = Image.Resampling.BILINEAR if shape.interpolation == "bilinear" else Image.Resampling.BICUBIC
    middle = kept(picture, shape)
    # Across and then down, as torch does: bytes are rounded in between, and Pillow would take the cheaper way first.
    return np.asarray(middle.resize((shape.size, middle.height), filtered).resize((shape.size, shape.size), filtered))


def light_input(picture: Image.Image, shape: Input) -> NDArray[np.float32]:
    """What a network is shown of an RGB picture: float32 [3, side, side]."""
    mean, std = (np.array([255 * part for part in color], dtype=np.float32) for color in (shape.mean, shape.std))
    colors: NDArray[np.float32] = (light_square(picture, shape).astype(np.float32) - mean) / std
    return colors.transpose(2, 0, 1)
