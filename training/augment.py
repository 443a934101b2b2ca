"""How a training picture is changed at random; every draw follows from the one seed that it is given."""

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from training.rand_augment import rand_augment
from training.sections import Augment
from vision.inputs import Input
from vision.preprocess import Pixels, square

ERASED_AREA = (0.02, 1 / 3)
"""Least and largest share of the picture that is erased."""

ERASED_ASPECT = 10 / 3
"""Largest ratio of an erased rectangle's sides, either way."""


def _ratio(largest: float, rng: np.random.Generator) -> float:
    """Width to height, with a logarithm that is even between 1 / largest and largest."""
    bound = math.log(largest)
    return math.exp(rng.uniform(-bound, bound))


def cut_and_flip(picture: Image.Image, augment: Augment, rng: np.random.Generator) -> Image.Image:
    """A random cut of `least_area` to all of the picture, as far as its shape allows, flipped half of the time."""
    width, height = picture.size
    area = rng.uniform(augment.least_area, 1) * width * height
    ratio = _ratio(augment.aspect, rng) if augment.aspect > 1 else 1.0
    area = min(area, width**2 / ratio, height**2 * ratio)
    wide, high = (max(1, int(math.sqrt(part))) for part in (area * ratio, area / ratio))
    left, top = int(rng.integers(width - wide + 1)), int(rng.integers(height - high + 1))
    cut = picture.crop((left, top, left + wide, top + high))
    return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if augment.flip and rng.random() < 0.5 else cut


def erased(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The square with noise in a rectangle of 2% to a third of it.

    Source: Zhong et al., "Random Erasing Data Augmentation", arXiv 1708.04896.
    """
    side = len(pixels)
    area, ratio = rng.uniform(*ERASED_AREA) * side**2, _ratio(ERASED_ASPECT, rng)
    wide, high = (min(side, max(1, int(math.sqrt(part)))) for part in (area * ratio, area / ratio))
    left, top = rng.integers(side - wide + 1), rng.integers(side - high + 1)
    changed = pixels.copy()
    changed[top : top + high, left : left + wide] = rng.integers(0, 256, (high, wide, 3), dtype=np.uint8)
    return changed


def augmented(picture: Image.Image, shape: Input, augment: Augment, seed: int) -> Pixels:
    """The picture as the recipe changes it, a square of the input's size; the same for a seed wherever it is made.

    Colors are changed, and rectangles erased, at the input's size: it costs the same for pictures of any size.
    """
    rng = np.random.default_rng(seed)
    # Of what was cut out, nothing more is cut away.
    whole = replace(shape, squash=True, crop_share=1.0)
    pixels = square(cut_and_flip(picture, augment, rng), whole)
    if augment.rand_augment:
        pixels = rand_augment(pixels, augment.rand_augment, augment.rand_augment_ops, shape.mean, rng)
    return erased(pixels, rng) if rng.random() < augment.erasing else pixels
