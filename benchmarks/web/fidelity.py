"""How near the clients' pictures are to resizes of the originals that take their time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.web.outputs import Outputs
from benchmarks.web.pictures import is_turned, path_of

_SAMPLE = 200


def _pixels(data: bytes) -> np.ndarray:
    """As the file stores them: those that EXIF turns are not asked for."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError("these bytes are no picture")
    return pixels


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    """In decibels."""
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2)))


def _against(original: np.ndarray, packed: np.ndarray) -> tuple[float, float]:
    """The packed picture against an area and a Lanczos resize of its original, at its own size."""
    size = (packed.shape[1], packed.shape[0])
    area = cv2.resize(original, size, interpolation=cv2.INTER_AREA)
    # OpenCV's own Lanczos does not widen when it shrinks; Pillow's does.
    lanczos = np.asarray(Image.fromarray(original).resize(size, Image.Resampling.LANCZOS))
    return _psnr(packed, area), _psnr(packed, lanczos)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Mean PSNR in decibels against two ways to resize: the peer's own, and the one nearest to what theory wants."""

    area: float
    lanczos: float


def fidelity(outputs: Mapping[str, Outputs], pictures: Path) -> dict[str, Fidelity]:
    """How near each client comes, over the first pictures that EXIF does not turn."""
    found = {}
    for name, packed in outputs.items():
        straight = [number for number in sorted(packed) if not is_turned(number)][:_SAMPLE]
        near = [
            _against(_pixels(path_of(pictures, number).read_bytes()), _pixels(packed[number].data))
            for number in straight
        ]
        found[name] = Fidelity(*(round(float(mean), 2) for mean in np.mean(near, axis=0)))
    return found
