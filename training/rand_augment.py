"""RandAugment: a few changes to a picture, each drawn from one list, all of one magnitude.

Source: Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
arXiv 1909.13719. The changes and their ranges are the paper's; that each is made half of the time only, and that
magnitudes are of 10, is what recipes mean that are written for timm.
"""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from vision.config import Color
from vision.preprocess import Pixels

LARGEST = 10
"""The magnitude at which a change is as strong as its range allows."""

Fill = tuple[int, int, int]
"""What is put where nothing of the picture is left."""

Change = Callable[[Image.Image, float, Fill], Image.Image]
"""A change as strong as a level in [0, 1] says, or where it has two directions, in [-1, 1]."""

Enhancement = type[ImageEnhance.Brightness | ImageEnhance.Color | ImageEnhance.Contrast | ImageEnhance.Sharpness]

SHEAR, TRANSLATION, DEGREES, ENHANCEMENT, BITS = 0.3, 0.45, 30.0, 0.9, 4
"""What level 1 is: of the side, of the side, a rotation, how far a factor is from 1, and bits of a color lost."""


def _moved(picture: Image.Image, matrix: tuple[float, ...], fill: Fill) -> Image.Image:
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill)


def _shear_x(picture: Image.Image, level: float, fill: Fill) -> Image.Image:
    return _moved(picture, (1, SHEAR * level, 0, 0, 1, 0), fill)


def _shear_y(picture: Image.Image, level: float, fill: Fill) -> Image.Image:
    return _moved(picture, (1, 0, 0, SHEAR * level, 1, 0), fill)


def _translate_x(picture: Image.Image, level: float, fill: Fill) -> Image.Image:
    return _moved(picture, (1, 0, TRANSLATION * level * picture.width, 0, 1, 0), fill)


def _translate_y(picture: Image.Image, level: float, fill: Fill) -> Image.Image:
    return _moved(picture, (1, 0, 0, 0, 1, TRANSLATION * level * picture.height), fill)


def _rotate(picture: Image.Image, level: float, fill: Fill) -> Image.Image:
    return picture.rotate(DEGREES * level, Image.Resampling.BILINEAR, fillcolor=fill)


def _enhance(how: Enhancement) -> Change:
    return lambda picture, level, _: how(picture).enhance(1 + ENHANCEMENT * level)


SIGNED: Mapping[str, Change] = {
    "brightness": _enhance(ImageEnhance.Brightness),
    "color": _enhance(ImageEnhance.Color),
    "contrast": _enhance(ImageEnhance.Contrast),
    "sharpness": _enhance(ImageEnhance.Sharpness),
    "rotate": _rotate,
    "shear_x": _shear_x,
    "shear_y": _shear_y,
    "translate_x": _translate_x,
    "translate_y": _translate_y,
}
"""Changes of two directions."""

UNSIGNED: Mapping[str, Change] = {
    "autocontrast": lambda picture, *_: ImageOps.autocontrast(picture),
    "equalize": lambda picture, *_: ImageOps.equalize(picture),
    "posterize": lambda picture, level, _: ImageOps.posterize(picture, 8 - round(BITS * level)),
    "solarize": lambda picture, level, _: ImageOps.solarize(picture, round(256 * (1 - level))),
}
"""Changes of one direction, the first two of which have one strength."""

CHANGES = {**SIGNED, **UNSIGNED}
_NAMES = tuple(CHANGES)


def rand_augment(pixels: Pixels, magnitude: int, changes: int, mean: Color, rng: np.random.Generator) -> Pixels:
    """The square [side, side, 3] after so many draws of a change; what moves in has the mean color, in [0, 1]."""
    picture, level = Image.fromarray(pixels), magnitude / LARGEST
    red, green, blue = (round(255 * part) for part in mean)
    for number in rng.integers(len(_NAMES), size=changes).tolist():
        name, (is_made, is_negative) = _NAMES[number], rng.random(2) < 0.5
        if is_made:
            directed = -level if is_negative and name in SIGNED else level
            picture = CHANGES[name](picture, directed, (red, green, blue))
    return np.array(picture)
