"""Mean PSNR of packed pictures against OpenCV's area resize of their originals.

Run by the peer's python, which has OpenCV; it imports nothing of ours:

    python -I area_psnr.py PICTURES PACKED...    # folders of <number>.jpg; prints a JSON list
"""

import json
import sys
from pathlib import Path

import cv2  # type: ignore[import-not-found]  # in the peer's environment alone
import numpy as np

# As the file stores them: pictures that EXIF turns are not among the packed ones.
_READ = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def psnr(original: Path, packed: Path) -> float:
    """In decibels, at the packed picture's own size."""
    small = cv2.imread(str(packed), _READ)
    area = cv2.resize(cv2.imread(str(original), _READ), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    error = np.mean((small.astype(float) - area.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error))


def main() -> None:
    """Print one mean a folder."""
    originals, *folders = map(Path, sys.argv[1:])
    means = [np.mean([psnr(originals / path.name, path) for path in folder.glob("*.jpg")]) for folder in folders]
    print(json.dumps([round(float(mean), 2) for mean in means]))


if __name__ == "__main__":
    main()
