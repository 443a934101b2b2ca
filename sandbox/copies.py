"""Copies as the web makes them: the same photograph saved again, smaller, cropped, mirrored, toned.

The kinds and their ranges are the yardstick's.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageEnhance, ImageOps

SAVED_AT = 95
"""JPEG quality of a copy whose quality is not what was changed."""


class Change(StrEnum):
    """One way in which a copy differs from its original."""

    JPEG = "jpeg"
    SCALE = "scale"
    CROP = "crop"
    FLIP = "flip"
    GRAY = "gray"
    BRIGHTNESS = "brightness"


AMOUNTS: dict[Change, tuple[int, float, float]] = {
    Change.JPEG: (1, 30, 90),
    Change.SCALE: (1, 0.5, 0.9),
    Change.CROP: (4, 0, 0.1),
    Change.FLIP: (0, 0, 0),
    Change.GRAY: (0, 0, 0),
    Change.BRIGHTNESS: (1, 0.8, 1.2),
}
"""How many amounts a change takes, and the range each is drawn from."""


@dataclass(frozen=True, slots=True)
class Transform:
    """A change and its amounts: a quality, a factor, or the shares cut at left, top, right, bottom."""

    change: Change
    amounts: tuple[float, ...]


def draw_transforms(rng: random.Random) -> tuple[Transform, ...]:
    """One or two different changes, their amounts uniform over the ranges."""
    changes = rng.sample(list(Change), rng.randint(1, 2))
    return tuple(Transform(change, _draw_amounts(change, rng)) for change in changes)


def _draw_amounts(change: Change, rng: random.Random) -> tuple[float, ...]:
    count, low, high = AMOUNTS[change]
    return tuple(rng.uniform(low, high) for _ in range(count))


def _crop(picture: Image.Image, shares: Sequence[float]) -> Image.Image:
    width, height = picture.size
    left, top, right, bottom = shares
    box = (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    return picture.crop(box)


def apply(picture: Image.Image, transform: Transform) -> Image.Image:
    """The picture after one change; JPEG's loss comes with saving, not here."""
    match transform.change:
        case Change.SCALE:
            return ImageOps.scale(picture, transform.amounts[0], Image.Resampling.LANCZOS)
        case Change.CROP:
            return _crop(picture, transform.amounts)
        case Change.FLIP:
            return ImageOps.mirror(picture)
        case Change.GRAY:
            return ImageOps.grayscale(picture).convert("RGB")
        case Change.BRIGHTNESS:
            return ImageEnhance.Brightness(picture).enhance(transform.amounts[0])
        case Change.JPEG:
            return picture


def make_copy(data: bytes, transforms: Sequence[Transform]) -> bytes:
    """The JPEG bytes of a copy; without transforms, the original's own bytes."""
    if not transforms:
        return data
    with Image.open(io.BytesIO(data)) as opened:
        picture: Image.Image = ImageOps.exif_transpose(opened).convert("RGB")
    for transform in transforms:
        picture = apply(picture, transform)
    quality = next((round(t.amounts[0]) for t in transforms if t.change is Change.JPEG), SAVED_AT)
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=quality)
    return sink.getvalue()
