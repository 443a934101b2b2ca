"""Draw one picture of a species or of an object, in a pose, light and quality of its own."""

import io
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sandbox.herbarium.canvas import RGB, SIDE, Rng, noise, paste, placed, rgb, varied
from sandbox.herbarium.flower import X, Y, paint_flower, paint_foliage, pose
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import COLORS, Species

GROUNDS = ((70, 110, 50), (95, 75, 50), (130, 165, 200), (140, 138, 132), (150, 115, 75), (45, 70, 45), (185, 180, 165))
"""Grass, earth, sky, stone, sand, shade, plaster."""


def _ground(rng: Rng) -> Image.Image:
    """What lies behind, out of focus, with blades or twigs now and then."""
    base = varied(GROUNDS[rng.integers(len(GROUNDS))], rng, 12)
    cloud = 0.6 * noise(rng, int(rng.integers(3, 7))) + 0.4 * noise(rng, int(rng.integers(12, 40)))
    texture = 1 + rng.uniform(0.2, 1.1) * (cloud[..., None] - 0.5)
    picture = Image.fromarray((base * texture).clip(0, 255).astype(np.uint8))
    draw, shade = ImageDraw.Draw(picture), base * rng.uniform(0.5, 1.4)
    for _ in range(rng.integers(0, 16)):
        (x, y), angle, length = rng.uniform(0, SIDE, 2).tolist(), rng.normal(-1.57, 0.5), rng.uniform(20, 70)
        end = (x + length * math.cos(angle), y + length * math.sin(angle))
        draw.line([(x, y), end], fill=rgb(shade + rng.normal(0, 15, 3)), width=int(rng.integers(1, 5)))
    return picture.filter(ImageFilter.BoxBlur(int(rng.integers(0, 4))))


def _paint_object(picture: Image.Image, name: str, rng: Rng) -> None:
    """An object in any color, pasted onto the picture."""
    base = varied(RGB[str(rng.choice(COLORS))], rng, 7)
    size, place = rng.uniform(0.4, 0.75), rng.uniform(-0.25, 0.25, 2)

    def draw(layer: ImageDraw.ImageDraw) -> None:
        for form, points, tint in OBJECTS[name]:
            fill = (*rgb(base * tint if isinstance(tint, float) else np.array(tint)), 255)
            getattr(layer, form)(placed(np.array(points) * size + place), fill=fill)

    paste(picture, rgb(base), draw, turn=rng.uniform(-25, 25))


def _photographed(canvas: np.ndarray, rng: Rng) -> Image.Image:
    """Light from a side, of some color; then a camera's noise and blur."""
    angle, tint = rng.uniform(0, 6.28), ((1 + rng.normal(0, 0.06, 3)) * rng.uniform(0.7, 1.2)).astype(np.float32)
    light = 1 + rng.uniform(0, 0.3) * (math.cos(angle) * X + math.sin(angle) * Y)
    grain = rng.uniform(0.5, 6) * rng.standard_normal((SIDE, SIDE, 1), np.float32)
    picture = Image.fromarray((canvas * light[..., None] * tint + grain).clip(0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 2.4))) if rng.random() < 0.5 else picture


def draw_picture(subject: Species | str, rng: Rng) -> Image.Image:
    """One RGB picture, SIDE pixels square, of a species or of the object of that name."""
    picture = _ground(rng)
    if isinstance(subject, str):
        _paint_object(picture, subject, rng)
        return _photographed(np.array(picture, dtype=np.float32), rng)
    at = pose(rng)
    paint_foliage(picture, subject, at, rng)
    canvas = np.array(picture, dtype=np.float32)
    paint_flower(canvas, subject, at, rng)
    return _photographed(canvas, rng)


def draw_jpeg(subject: Species | str, rng: Rng) -> bytes:
    """The bytes of one picture, of the quality that pictures on the web have."""
    sink = io.BytesIO()
    draw_picture(subject, rng).save(sink, "JPEG", quality=int(rng.integers(55, 96)))
    return sink.getvalue()
