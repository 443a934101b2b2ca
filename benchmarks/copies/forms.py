"""Real photographs and their copies in every form, as files that each finder of duplicates reads."""

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

ORIGINAL = "original"
SAVED_AT = 95
"""JPEG quality of a form whose quality is not what is changed."""

_OPACITY = 128  # of 255
_LETTERS = 1 / 8  # of the picture's width


def _half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def _cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    """A share of the side cut off each side."""
    return lambda picture: ImageOps.crop(picture, round(share * min(picture.size)))


def _watermarked(picture: Image.Image) -> Image.Image:
    """Half-transparent words across the middle, three quarters of the width."""
    layer = Image.new("RGBA", picture.size, (255, 255, 255, 0))
    middle, font = (picture.width / 2, picture.height / 2), ImageFont.load_default(_LETTERS * picture.width)
    ImageDraw.Draw(layer).text(middle, "© EXAMPLE", font=font, fill=(255, 255, 255, _OPACITY), anchor="mm")
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _lit(factor: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


FORMS: Mapping[str, tuple[Callable[[Image.Image], Image.Image], int]] = {
    "jpeg q40": (lambda picture: picture, 40),
    "jpeg q30": (lambda picture: picture, 30),
    "half size": (_half, SAVED_AT),
    "crop 10%": (_cropped(0.05), SAVED_AT),
    "crop 10% a side": (_cropped(0.1), SAVED_AT),
    "flip": (ImageOps.mirror, SAVED_AT),
    "watermark": (_watermarked, SAVED_AT),
    "gray": (lambda picture: ImageOps.grayscale(picture).convert("RGB"), SAVED_AT),
    "brightness +20%": (_lit(1.2), SAVED_AT),
    "brightness -20%": (_lit(0.8), SAVED_AT),
}
"""What is done to a photograph, and the quality that it is saved at."""


def encoded(picture: Image.Image, form: str) -> bytes:
    """The bytes of a photograph's copy."""
    change, quality = FORMS[form]
    sink = io.BytesIO()
    change(picture).save(sink, "JPEG", quality=quality)
    return sink.getvalue()


def chosen(root: Path, count: int) -> Sequence[Path]:
    """Photographs of the Grocery Store Dataset, as many of each of its 81 classes and far apart in their lists.

    Neighbors in a list are often of one scene; the rule looks at no pixel, so that it favors no method.
    """
    by_class = defaultdict(list)
    for split in ("train", "test"):
        for line in (root / f"{split}.txt").read_text().splitlines():
            key, label, _ = (part.strip() for part in line.split(","))
            by_class[int(label)].append(key)
    each = -(-count // len(by_class))
    spread = [
        sorted(keys)[int((turn + 0.5) * len(keys) / each)]
        for turn in range(each)
        for _, keys in sorted(by_class.items())
    ]
    return [root / key for key in list(dict.fromkeys(spread))[:count]]


def write(photographs: Sequence[Path], folder: Path) -> None:
    """Every photograph in every form, as `folder/FORM/FORM--NUMBER.jpg`."""
    for form in (ORIGINAL, *FORMS):
        (folder / form).mkdir(parents=True)
    for number, path in enumerate(photographs):
        (folder / ORIGINAL / name(ORIGINAL, number)).write_bytes(path.read_bytes())
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        for form in FORMS:
            (folder / form / name(form, number)).write_bytes(encoded(upright, form))


def name(form: str, number: int) -> str:
    """The file of one photograph in one form."""
    return f"{form}--{number}.jpg"


def number_of(file: str) -> int:
    """Which photograph a file shows."""
    return int(file.rpartition("--")[2].removesuffix(".jpg"))
