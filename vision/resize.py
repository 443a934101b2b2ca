"""Pictures at the size that training wants them, as JPEG bytes."""

import io
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from vision.decode import FORMATS, Scaled, decode_scaled

Mode = Literal["none", "keep_ratio", "center_crop", "border"]

BORDER = (124, 116, 104)
"""The ImageNet mean color, so that padding is nearly zero after normalization."""

MOST_PIXELS = 178_000_000
"""The most that embed can be told to decode: what it has let through is not refused here."""

EXTENSIONS = tuple(sorted("jpg" if kind == "JPEG" else kind.lower() for kind in FORMATS))
"""What the file of a picture that stays as it is can be called by its format."""


@dataclass(frozen=True, slots=True)
class Size:
    """What `ResizeConfig` says, for who must not wait for pydantic to be imported."""

    mode: Mode
    side: int
    quality: int


def one_thread() -> None:
    """Resize in the calling thread alone, for who has a process for each picture."""
    cv2.setNumThreads(1)


def _times(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _to(picture: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The picture at this size: means of whole pixels to less than twice of it, then linear between neighbors.

    Behind a scaled decode as near to Lanczos as area or Hamming filters come, in a fraction of their time.
    """
    if (whole := min(picture.width // wanted[0], picture.height // wanted[1])) > 1:
        picture = picture.reduce(whole)
    return picture if picture.size == wanted else Image.fromarray(cv2.resize(np.asarray(picture), wanted))


def _center(picture: Image.Image, side: int) -> Image.Image:
    """The square in the middle."""
    kept = min(picture.size)
    left, top = (picture.width - kept) // 2, (picture.height - kept) // 2
    return _to(picture.crop((left, top, left + kept, top + kept)), (side, side))


def _on_border(picture: Image.Image, full: tuple[int, int], side: int) -> Image.Image:
    """All of it, on a square."""
    width, height = _times(full, side / max(full))
    canvas = Image.new("RGB", (side, side), BORDER)
    canvas.paste(_to(picture, (width, height)), ((side - width) // 2, (side - height) // 2))
    return canvas


def fit(scaled: Scaled, size: Size) -> Image.Image:
    """The picture at a size, as if it had been decoded whole; `none` leaves it as it is."""
    match size.mode:
        case "center_crop":
            return _center(scaled.picture, size.side)
        case "border":
            return _on_border(scaled.picture, scaled.full, size.side)
        case "none":
            return scaled.picture
    return _to(scaled.picture, _times(scaled.full, min(1.0, size.side / min(scaled.full))))


def to_jpeg(scaled: Scaled, size: Size) -> tuple[Image.Image, bytes]:
    """The picture at a size, and as JPEG bytes."""
    small, sink = fit(scaled, size), io.BytesIO()
    small.save(sink, "JPEG", quality=size.quality)
    return small, sink.getvalue()


def resize(data: bytes, size: Size) -> tuple[bytes, str]:
    """The picture's bytes at a size, and their file extension; raises Undecodable."""
    if size.mode == "none":
        if data.startswith(b"\xff\xd8\xff"):
            return data, "jpg"
        with Image.open(io.BytesIO(data)) as picture:
            return data, (picture.format or "bin").lower()
    return to_jpeg(decode_scaled(data, MOST_PIXELS, 1, size.side), size)[1], "jpg"
