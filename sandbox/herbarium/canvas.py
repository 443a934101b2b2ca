"""What every drawing needs: sizes, colors, noise, and a fine layer that is reduced onto a picture.

Lengths are in half sides of the picture: -1 is its left or upper edge, 1 the other one.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

SIDE = 128
"""Pixels of a picture's side."""

FINE = 2 * SIDE
"""Side of the layer for what is drawn with hard edges and then reduced."""

Rng = np.random.Generator
Rgb = tuple[int, int, int]
RGB: dict[str, Rgb] = {
    "white": (242, 240, 235), "yellow": (246, 210, 50), "orange": (242, 135, 40), "red": (205, 35, 40),
    "pink": (242, 150, 180), "magenta": (200, 40, 140), "violet": (120, 60, 170), "blue": (65, 95, 205),
    "lilac": (190, 165, 225), "maroon": (110, 22, 45), "dark": (70, 15, 50), "brown": (95, 60, 30),
    "green": (130, 165, 60), "black": (40, 28, 38),
}  # fmt: skip


def noise(rng: Rng, cells: int) -> np.ndarray:
    """Smooth noise in [0, 1] with so many cells a side, float32 [SIDE, SIDE]."""
    coarse = Image.fromarray(rng.integers(0, 256, (cells, cells), dtype=np.uint8))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float32) / 255


def varied(color: Rgb, rng: Rng, spread: float) -> np.ndarray:
    """A color a little lighter or darker and of a little other hue, float32 [3]."""
    return np.clip(np.array(color) * rng.uniform(0.9, 1.1) + rng.normal(0, spread, 3), 0, 255).astype(np.float32)


def rgb(color: np.ndarray) -> Rgb:
    """The color for Pillow."""
    red, green, blue = np.clip(color, 0, 255).astype(int).tolist()
    return red, green, blue


def placed(points: np.ndarray) -> list[tuple[float, float]]:
    """Points [n, 2] in pixels of the fine layer."""
    return [(x, y) for x, y in ((points + 1) / 2 * FINE).tolist()]


def paste(picture: Image.Image, ground: Rgb, draw: Callable[[ImageDraw.ImageDraw], None], turn: float = 0) -> None:
    """Draw on a fine layer, turn it by so many degrees, and paste it; edges blend as if over `ground`."""
    layer = Image.new("RGBA", (FINE, FINE), (*ground, 0))
    draw(ImageDraw.Draw(layer))
    small = (layer.rotate(turn, Image.Resampling.BILINEAR) if turn else layer).reduce(2)
    picture.paste(small.convert("RGB"), mask=small.getchannel("A"))
