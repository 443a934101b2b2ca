"""Pictures at the size that training wants them, as JPEG bytes."""

import io
from typing import Literal

from PIL import Image, ImageOps
from pydantic import Field

from storage.section import Section
from vision.decode import decode

BORDER = (124, 116, 104)
"""The ImageNet mean color, so that padding is nearly zero after normalization."""

MOST_PIXELS = 178_000_000
"""The most that embed can be told to decode: what it has let through is not refused here."""

_FILTER = Image.Resampling.HAMMING
"""As sharp as bicubic when it shrinks, without its ringing and at two thirds of its time."""


class ResizeConfig(Section):
    """How pictures are resized."""

    resize_mode: Literal["none", "keep_ratio", "center_crop", "border"] = Field(
        "keep_ratio",
        description="none: the bytes as they are; keep_ratio: shorter side to image_size, never enlarged; "
        "center_crop, border: a square of image_size, cropped or padded",
    )
    image_size: int = Field(256, ge=16, le=4096, description="Pixels of the side that resize_mode names")
    quality: int = Field(90, ge=1, le=100, description="JPEG quality of resized pictures")


def fit(picture: Image.Image, config: ResizeConfig) -> Image.Image:
    """The picture at the size that the config names; `none` leaves it as it is."""
    side = config.image_size
    match config.resize_mode:
        case "center_crop":
            return ImageOps.fit(picture, (side, side), _FILTER)
        case "border":
            return ImageOps.pad(picture, (side, side), _FILTER, color=BORDER)
        case "none":
            return picture
    scale = side / min(picture.size)
    if scale >= 1:
        return picture
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), _FILTER)


def resize(data: bytes, config: ResizeConfig, max_pixels: int = MOST_PIXELS, min_side: int = 1) -> tuple[bytes, str]:
    """The picture's bytes as the config wants them, and their file extension; raises Undecodable."""
    if config.resize_mode == "none":
        with Image.open(io.BytesIO(data)) as picture:
            return data, {"JPEG": "jpg"}.get(picture.format or "", (picture.format or "bin").lower())
    sink = io.BytesIO()
    small = fit(decode(data, max_pixels, min_side, config.image_size), config)
    small.save(sink, "JPEG", quality=config.quality)
    return sink.getvalue(), "jpg"
