"""Pictures at the size that training wants them, as JPEG bytes."""

import io

from PIL import Image, ImageOps

from tasks.shard.config import ShardConfig
from vision.decode import decode

BORDER = (124, 116, 104)
"""The ImageNet mean color, so that padding is nearly zero after normalization."""

MOST_PIXELS = 178_000_000
"""The most that embed can be told to decode: what it has let through is not refused here."""


def _fit(picture: Image.Image, config: ShardConfig) -> Image.Image:
    side = config.image_size
    if config.resize_mode == "center_crop":
        return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    if config.resize_mode == "border":
        return ImageOps.pad(picture, (side, side), Image.Resampling.LANCZOS, color=BORDER)
    scale = side / min(picture.size)
    if scale >= 1:
        return picture
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)


def resize(data: bytes, config: ShardConfig) -> tuple[bytes, str]:
    """The picture's bytes as the shard holds them, and their file extension."""
    if config.resize_mode == "none":
        with Image.open(io.BytesIO(data)) as picture:
            return data, {"JPEG": "jpg"}.get(picture.format or "", (picture.format or "bin").lower())
    sink = io.BytesIO()
    _fit(decode(data, MOST_PIXELS), config).save(sink, "JPEG", quality=config.quality)
    return sink.getvalue(), "jpg"
