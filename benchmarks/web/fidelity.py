"""How near both clients' pictures are to OpenCV's area resize of the originals."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from benchmarks.web.outputs import Outputs
from benchmarks.web.pictures import is_turned, path_of

_SAMPLE = 200


def _pixels(data: bytes) -> np.ndarray:
    """As the file stores them: those that EXIF turns are not asked for."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError("these bytes are no picture")
    return pixels


def _against_area(original: bytes, packed: bytes) -> float:
    """In decibels, at the packed picture's own size."""
    small = _pixels(packed)
    area = cv2.resize(_pixels(original), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    return float(10 * np.log10(255**2 / np.mean((small.astype(float) - area.astype(float)) ** 2)))


def psnr(outputs: Mapping[str, Outputs], pictures: Path) -> dict[str, float]:
    """Mean PSNR in decibels by client, over the first pictures that EXIF does not turn."""
    means = {}
    for name, packed in outputs.items():
        straight = [number for number in sorted(packed) if not is_turned(number)][:_SAMPLE]
        near = [_against_area(path_of(pictures, number).read_bytes(), packed[number].data) for number in straight]
        means[name] = round(float(np.mean(near)), 2)
    return means
