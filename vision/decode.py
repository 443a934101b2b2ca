"""From bytes that anybody may have sent to an upright RGB picture, or to a reason why not."""

import io
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

from vision.color import to_rgb

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""What is opened at all: no format that runs a program (EPS) or fetches what it names (SVG)."""

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II", b"MM")
_MAGIC_BYTES = 12

LONGEST_SIDE = 65_500
"""Pixels of a side that no JPEG can pass, so that every picture can be written as one."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {
    Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
}  # fmt: skip
# What Pillow's readers raise on malformed bytes; its own errors are OSErrors.
_MALFORMED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    struct.error,
    zlib.error,
    RuntimeError,
)


class Fault(StrEnum):
    """Why bytes are no picture for us; the values are those of the crawl's FetchReason."""

    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TRUNCATED = "truncated"
    TOO_COSTLY = "too_costly"
    DECODER_DIED = "decoder_died"


class Undecodable(Exception):
    """These bytes give no picture: `reason` for the machine, `detail` for the reader."""

    def __init__(self, reason: Fault, detail: str) -> None:
        super().__init__(reason, detail)  # both in args, so that the error survives pickling
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself: width and height in pixels as stored, before any rotation."""

    width: int
    height: int
    format: str


@contextmanager
def _reading(fault: Fault) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise Undecodable(Fault.TOO_MANY_PIXELS, str(error)) from error
    except _MALFORMED as error:
        raise Undecodable(fault, f"{type(error).__name__}: {error}") from error


def may_be_picture(start: bytes) -> bool:
    """Whether a body that begins like this can be of a format in FORMATS; True while too little of it is there."""
    if len(start) < _MAGIC_BYTES:
        return True
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    avif = start[4:8] == b"ftyp" and start[8:12] in (b"avif", b"avis", b"mif1")
    return webp or avif or start.startswith(_MAGIC)


def _open(data: bytes) -> Image.Image:
    with _reading(Fault.NOT_A_PICTURE):
        return Image.open(io.BytesIO(data), formats=FORMATS)


def _header(picture: Image.Image) -> Header:
    return Header(picture.width, picture.height, picture.format or "")


def header(data: bytes) -> Header:
    """Width, height and format without decoding a pixel; raises Undecodable(NOT_A_PICTURE)."""
    with _open(data) as picture:
        return _header(picture)


def _check(picture: Image.Image, max_pixels: int, min_side: int) -> None:
    width, height = picture.size
    if width * height > max_pixels or max(width, height) > LONGEST_SIDE:
        raise Undecodable(
            Fault.TOO_MANY_PIXELS, f"{width}x{height} is over {max_pixels} pixels, or {LONGEST_SIDE} a side"
        )
    if min(width, height) < min_side:
        raise Undecodable(Fault.TOO_SMALL, f"{width}x{height} is under {min_side} pixels a side")


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright, as its EXIF block says; a broken one says nothing."""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except _MALFORMED:
        return None


def _draft(picture: Image.Image, at_least: int) -> None:
    """Let a JPEG be decoded at 1/2, 1/4 or 1/8, if its shorter side keeps `at_least` pixels."""
    scale = at_least / min(picture.size)
    if scale < 1:
        picture.draft(None, (math.ceil(picture.width * scale), math.ceil(picture.height * scale)))


@dataclass(frozen=True, slots=True)
class Scaled:
    """A picture that may be decoded smaller than it is, with width and height of all of it, upright, and its header."""

    picture: Image.Image
    full: tuple[int, int]
    header: Header


def decode_scaled(data: bytes, max_pixels: int, min_side: int, at_least: int) -> Scaled:
    """As `decode`, but a JPEG may come out smaller, its shorter side no less than `at_least` pixels.

    Several times as fast, for who wants it small.
    """
    with _open(data) as picture:
        _check(picture, max_pixels, min_side)
        with _reading(Fault.TRUNCATED):
            head = _header(picture)
            _draft(picture, at_least)
            picture.load()
            turn = _turn(picture)  # after load, which it would call itself, and whose errors it passes over
            upright = picture.transpose(turn) if turn is not None else picture
            full = (head.height, head.width) if turn in _SIDEWAYS else (head.width, head.height)
            return Scaled(to_rgb(upright), full, head)


def decode(data: bytes, max_pixels: int, min_side: int = 1) -> Image.Image:
    """The first frame as an upright sRGB picture, checked against its header before it is decoded.

    Raises Undecodable with NOT_A_PICTURE, TOO_MANY_PIXELS (more than `max_pixels`), TOO_SMALL
    (a side under `min_side`), or TRUNCATED where the pixels break off or are damaged.
    """
    return decode_scaled(data, max_pixels, min_side, at_least=max_pixels).picture  # no side has more
