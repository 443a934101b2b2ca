"""Pictures for tests: clouds of several scales, as unlike one another as photographs are; and real ones."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

SHARED = Path(__file__).parents[3] / "shared" / "data"
GROCERY = SHARED / "grocery"
MOBILENET = SHARED / "encoders" / "mobilenetv1_100_imagenet_fp16.safetensors"


def scene(seed: int, width: int = 200, height: int = 160) -> Image.Image:
    """An RGB picture, the same for the same seed."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, weight in ((3, 1.0), (7, 0.7), (15, 0.4)):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += weight * np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64)
    return Image.fromarray((total / 2.1).astype(np.uint8))


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file's bytes."""
    sink = io.BytesIO()
    picture.save(sink, kind, **options)
    return sink.getvalue()


def cropped(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """The picture with a share of each side cut away."""
    width, height = picture.size
    return picture.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


def photographs(count: int) -> list[Path]:
    """Photographs of the Grocery Store Dataset, spread over its classes."""
    lines = (GROCERY / "test.txt").read_text().splitlines()
    return [GROCERY / line.split(",")[0] for line in lines[:: max(1, len(lines) // count)][:count]]
