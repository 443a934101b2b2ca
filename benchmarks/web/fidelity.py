"""How near both clients' pictures are to OpenCV's area resize, measured in the peer's environment."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.web.outputs import Outputs
from benchmarks.web.pictures import is_turned

_SAMPLE = 200
_SCRIPT = Path(__file__).with_name("area_psnr.py")


def psnr(outputs: Mapping[str, Outputs], pictures: Path, python: Path, work: Path) -> dict[str, float]:
    """Mean PSNR in decibels by client, over the first pictures that EXIF does not turn."""
    folders = []
    for name, packed in outputs.items():
        folder = work / f"psnr-{name}"
        folder.mkdir()
        folders.append(str(folder))
        for number in [number for number in sorted(packed) if not is_turned(number)][:_SAMPLE]:
            (folder / f"{number}.jpg").write_bytes(packed[number].data)
    # -I, so that our file names shadow nothing that OpenCV imports.
    command = [str(python), "-I", str(_SCRIPT), str(pictures), *folders]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own script
    return dict(zip(outputs, json.loads(told), strict=True))
