"""Pictures as the web has them: 400 to 1024 pixels a side, about 104 KB, some turned by EXIF."""

import io
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

SIDES = (400, 1024)
DISTINCT = 300
"""Drawn at most; what is served beyond repeats their pixels under bytes of its own."""

TURNED_EVERY = 20
"""One picture in so many is stored lying on its side, and its EXIF says so."""

_TILE = 340  # pixels; about what a photograph of the Grocery Store Dataset has
_PHOTOGRAPHS_QUALITY, _NOISE_QUALITY = 81, 74  # the JPEG qualities at which the mean is 104 KB
_ORIENTATION, _TURN_RIGHT = 0x0112, 6
_CONTRAST = 35.0  # standard deviation of drawn gray levels
_FALL = 1.2  # of the amplitude with the frequency; photographs have 1 to 1.2


def is_turned(number: int) -> bool:
    """Whether the EXIF of this picture turns it."""
    return number % DISTINCT % TURNED_EVERY == TURNED_EVERY - 1


def with_comment(data: bytes, text: str) -> bytes:
    """The same picture under other bytes: a JPEG comment behind the file's first segment."""
    end = 4 + int.from_bytes(data[4:6], "big")
    comment = text.encode()
    return data[:end] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[end:]


def _mosaic(size: tuple[int, int], photographs: Sequence[Path], rng: random.Random) -> Image.Image:
    canvas = Image.new("RGB", size)
    for x in range(0, size[0], _TILE):
        for y in range(0, size[1], _TILE):
            with Image.open(rng.choice(photographs)) as tile:
                canvas.paste(tile.convert("RGB"), (x, y))
    return canvas


def _one_over_f(size: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Noise of unit deviation whose amplitude falls with the frequency, as that of photographs does."""
    width, height = size
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = np.inf  # no mean
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / frequency**_FALL
    noise = np.fft.irfft2(spectrum)
    scaled: npt.NDArray[np.float64] = noise / noise.std()
    return scaled


def _fractal(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    size = (size[0] // 2 * 2, size[1])  # rfft2 gives back even widths alone
    light, tint = _one_over_f(size, rng), _one_over_f(size, rng)
    colors = np.stack([light + 0.3 * tint, light, light - 0.3 * tint], axis=-1)
    return Image.fromarray((127 + _CONTRAST * colors).clip(0, 255).astype(np.uint8))


def _jpeg(number: int, photographs: Sequence[Path], seed: int) -> bytes:
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, no secret
    size = (rng.randint(*SIDES), rng.randint(*SIDES))
    if photographs:
        picture, quality = _mosaic(size, photographs, rng), _PHOTOGRAPHS_QUALITY
    else:
        picture, quality = _fractal(size, np.random.default_rng([seed, number])), _NOISE_QUALITY
    exif, sink = Image.Exif(), io.BytesIO()
    if is_turned(number):
        exif[_ORIENTATION] = _TURN_RIGHT
    picture.save(sink, "JPEG", quality=quality, exif=exif)
    return sink.getvalue()


def path_of(folder: Path, number: int) -> Path:
    """Where the picture behind `/<number>.jpg` lies."""
    return folder / f"{number}.jpg"


def draw(folder: Path, count: int, grocery: Path | None = None, seed: int = 0) -> None:
    """Write `count` pictures of different bytes: mosaics of photographs below `grocery`, or drawn noise."""
    photographs = sorted((grocery / "train").rglob("*.jpg")) if grocery else []
    drawn = [_jpeg(number, photographs, seed) for number in range(min(count, DISTINCT))]
    folder.mkdir(parents=True)
    for number in range(count):
        path_of(folder, number).write_bytes(with_comment(drawn[number % DISTINCT], f"picture {number}"))
