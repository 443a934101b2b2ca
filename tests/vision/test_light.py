"""The preparation of a picture without torch: next to nothing apart from that with it, and without its import."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vision.inputs import Input
from vision.light import light_input, light_square
from vision.preprocess import normalized, square

ROOT = Path(__file__).parents[2]
MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)


def picture(width: int, height: int, grain: int) -> Image.Image:
    """Noise of grains of so many pixels."""
    drawn = np.random.default_rng(width).integers(0, 256, (height // grain + 1, width // grain + 1, 3), dtype=np.uint8)
    return Image.fromarray(drawn).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize(("width", "height", "size"), [(640, 480, 224), (60, 91, 64), (1500, 1000, 96), (48, 48, 48)])
def test_squares_are_those_of_torch_but_for_a_level_here_and_there(
    width: int, height: int, size: int, squash: bool, interpolation: str
) -> None:
    """One level, of less than one byte in twenty."""
    shape = Input(size, squash, 0.875, "bilinear" if interpolation == "bilinear" else "bicubic", MEAN, STD)
    drawn = picture(width, height, 4)
    apart = np.abs(light_square(drawn, shape).astype(int) - square(drawn, shape).astype(int))
    assert apart.shape == (size, size, 3)
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.05


def test_the_same_square_becomes_the_same_numbers() -> None:
    """Bit for bit, of a picture that needs no resizing."""
    import torch

    shape, drawn = Input(32, False, 1.0, "bicubic", MEAN, STD), picture(32, 32, 1)
    pixels = torch.from_numpy(np.array(drawn))[None]
    assert np.array_equal(light_input(drawn, shape), normalized(pixels, shape)[0].numpy())


def test_it_never_pays_for_torch() -> None:
    """Nor for the libraries of models."""
    code = "import vision.light, sys; sys.exit(bool({'torch', 'timm', 'open_clip'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
