"""Any mode that a file may hold its pixels in, to 8-bit sRGB."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"RGB ": "RGB", "CMYK": "CMYK"}
"""What an ICC profile calls the modes that it is applied to; a gray one's curve is close to sRGB's own."""


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16 bits lose their lower byte; integers and floats without a stated range are stretched over theirs."""
    values = np.asarray(picture, dtype=np.float64)
    if picture.mode.startswith("I;16"):
        return Image.fromarray((values / 257).round().astype(np.uint8))
    finite = np.nan_to_num(values, posinf=0, neginf=0)
    span = max(float(np.ptp(finite)), np.finfo(np.float64).tiny)
    return Image.fromarray(((finite - finite.min()) / span * 255).round().astype(np.uint8))


Way = tuple[str, ImageCms.ImageCmsTransform]
"""The mode that a profile is for, and its way to sRGB."""

_REMEMBERED = 64 << 10  # bytes of a profile; larger ones could fill the memory


def _build(icc: bytes) -> Way | None:
    """The way of a profile; None where it is sRGB or says nothing usable."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = _SPACES.get(profile.profile.xcolor_space)
        if mode is None or (mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(profile)):
            return None
        return mode, ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@lru_cache(maxsize=64)  # a transform takes longer to build than to apply, and few profiles are in use
def _known(icc: bytes) -> Way | None:
    return _build(icc)


def _colors(picture: Image.Image, icc: bytes | None) -> Image.Image:
    way = (_known if len(icc) <= _REMEMBERED else _build)(icc) if icc else None
    if way is None or (way[0] == "CMYK") != (picture.mode == "CMYK"):
        return picture.convert("RGB")
    mode, transform = way
    try:
        return ImageCms.applyTransform(picture.convert(mode), transform) or picture.convert("RGB")
    except ImageCms.PyCMSError:
        return picture.convert("RGB")


def to_rgb(picture: Image.Image) -> Image.Image:
    """The picture as 8-bit sRGB: deep ones narrowed, clear ones on white, other color spaces by their ICC profile."""
    icc = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):
        picture = _eight_bits(picture)
    if picture.has_transparency_data:
        # On white, since that is what a page shows behind it.
        seen = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return _colors(picture, icc if isinstance(icc, bytes) else None)
