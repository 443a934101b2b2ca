"""Small pictures of large ones, several times as fast and as good as the slow way."""

import numpy as np
import pytest
from PIL import Image

from tests.vision.scenes import encoded, photographs, scene
from vision.decode import decode
from vision.resize import ResizeConfig, fit, resize

MANY = 10**7


def _distance(one: Image.Image, other: Image.Image) -> float:
    """PSNR in decibels."""
    error = np.mean((np.asarray(one, float) - np.asarray(other, float)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


@pytest.mark.parametrize("size", [(1024, 768), (700, 521), (300, 900), (257, 256), (100, 80)])
@pytest.mark.parametrize("at_least", [1, 32, 64, 256])
def test_a_jpeg_decoded_small_keeps_what_was_asked(size: tuple[int, int], at_least: int) -> None:
    """The shorter side has at least so many pixels, or all that there are, and the proportions stay."""
    small = decode(encoded(scene(0, *size)), MANY, at_least=at_least)
    assert min(small.size) >= min(at_least, *size)
    assert small.width <= size[0]
    assert abs(small.width / small.height - size[0] / size[1]) < 0.1 * size[0] / size[1] or at_least == 1


@pytest.mark.parametrize("mode", ["keep_ratio", "center_crop", "border"])
@pytest.mark.parametrize("turn", [1, 6])
def test_the_fast_way_shows_the_same(mode: str, turn: int) -> None:
    """Resized from a scaled decode as from a full one, upright both times."""
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(scene(1, 900, 700), exif=exif, quality=95)
    config = ResizeConfig.model_validate({"resize_mode": mode, "image_size": 128, "quality": 95})
    fast, slow = decode(resize(data, config)[0], MANY), fit(decode(data, MANY), config)
    assert fast.size == slow.size
    assert _distance(fast, slow) > 35


def test_photographs_too() -> None:
    """On real detail."""
    for path in photographs(8):
        config = ResizeConfig(image_size=128, quality=95)
        fast, slow = decode(resize(path.read_bytes(), config)[0], MANY), fit(decode(path.read_bytes(), MANY), config)
        assert _distance(fast, slow) > 30
