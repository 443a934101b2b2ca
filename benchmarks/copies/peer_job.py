"""Run by the peer's own python: every method of imagededup over every form, as one JSON object in a file.

    python peer_job.py FOLDER OUT CHECKPOINT

A method gives, for each form, the pairs of file names that it reports among the originals and the copies of that
form; by its defaults: 10 bits for hashes, a cosine of 0.9 for the CNN, which is given our MobileNetV1.
"""

import importlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from imagededup.methods import CNN, AHash, DHash, PHash, WHash  # type: ignore[import-not-found]  # the peer's own
from imagededup.utils import CustomModel  # type: ignore[import-not-found]

ORIGINAL = "original"


def _cnn(checkpoint: str) -> Any:
    # By name, since it is the peer's timm that this is: no module of ours outside `vision` imports it.
    timm, data = importlib.import_module("timm"), importlib.import_module("timm.data")
    model = timm.create_model("mobilenetv1_100", num_classes=0, pad_type="same", checkpoint_path=checkpoint).eval()
    half = (0.5, 0.5, 0.5)
    transform = data.create_transform((3, 224, 224), interpolation="bicubic", mean=half, std=half, crop_pct=1.0)
    return CNN(verbose=False, model_config=CustomModel("mobilenetv1_100", model, transform))


def _pairs(found: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    return sorted({tuple(sorted((one, other))) for one, others in found.items() for other in others})


def _run(method: Any, folder: Path) -> dict[str, object]:
    begun = time.perf_counter()
    encodings = {form.name: method.encode_images(image_dir=str(form)) for form in sorted(folder.iterdir())}
    seconds = time.perf_counter() - begun
    count = sum(map(len, encodings.values()))
    originals = encodings.pop(ORIGINAL)
    pairs = {
        form: _pairs(method.find_duplicates(encoding_map={**originals, **copies})) for form, copies in encodings.items()
    }
    return {"pairs": pairs, "img_per_s": round(count / seconds, 1)}


if __name__ == "__main__":
    pictures, out, checkpoint = sys.argv[1:]
    methods = {kind.__name__: kind(verbose=False) for kind in (PHash, DHash, AHash, WHash)}
    methods["CNN"] = _cnn(checkpoint)
    results = {kind: _run(method, Path(pictures)) for kind, method in methods.items()}
    Path(out).write_text(json.dumps(results))
