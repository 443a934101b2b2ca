"""Small pictures of large ones, several times as fast and as good as the slow way."""

import numpy as np
import pytest
from PIL import Image

from tests.vision.scenes import GROCERY, encoded, photographs, scene
from vision.decode import Scaled, decode, decode_scaled, header
from vision.resize import Mode, Size, fit, resize

MANY = 10**7


def _distance(one: Image.Image, other: Image.Image) -> float:
    """PSNR in decibels."""
    error = np.mean((np.asarray(one, float) - np.asarray(other, float)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def _slow(data: bytes, size: Size) -> Image.Image:
    """Decoded whole, then resized."""
    whole = decode(data, MANY)
    return fit(Scaled(whole, whole.size, header(data)), size)


@pytest.mark.parametrize("size", [(1024, 768), (700, 521), (300, 900), (257, 256), (100, 80)])
@pytest.mark.parametrize("at_least", [1, 32, 64, 256])
def test_a_jpeg_decoded_small_keeps_what_was_asked(size: tuple[int, int], at_least: int) -> None:
    """The shorter side has at least so many pixels, or all that there are, and the whole size is known."""
    small = decode_scaled(encoded(scene(0, *size)), MANY, 1, at_least)
    assert min(small.picture.size) >= min(at_least, *size)
    assert small.picture.width <= size[0]
    assert small.full == size


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_whole_size_is_that_of_the_upright_picture(turn: int) -> None:
    """Also where the picture is stored on its side."""
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(scene(1, 900, 700), exif=exif)
    assert decode_scaled(data, MANY, 1, 64).full == decode(data, MANY).size


@pytest.mark.parametrize("mode", ["keep_ratio", "center_crop", "border"])
@pytest.mark.parametrize("turn", [1, 6])
@pytest.mark.parametrize("size", [(900, 700), (601, 515), (515, 601)])
def test_the_fast_way_shows_the_same(mode: Mode, turn: int, size: tuple[int, int]) -> None:
    """Resized from a scaled decode as from a whole one, to the pixel in size, upright both times."""
    exif = Image.Exif()
    exif[0x0112] = turn
    data, wanted = encoded(scene(1, *size), exif=exif, quality=95), Size(mode, 128, 95)
    fast, slow = decode(resize(data, wanted)[0], MANY), _slow(data, wanted)
    assert fast.size == slow.size
    assert _distance(fast, slow) > 35


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_photographs_too() -> None:
    """On real detail."""
    for path in photographs(8):
        wanted = Size("keep_ratio", 128, 95)
        fast, slow = decode(resize(path.read_bytes(), wanted)[0], MANY), _slow(path.read_bytes(), wanted)
        assert _distance(fast, slow) > 30
