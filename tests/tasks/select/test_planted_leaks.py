from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from storage.records import Embedded, Split, TargetPicture
from tasks.select.config import SelectConfig
from tasks.select.leaks import Match, find_copies, of_targets
from tests.vision.scenes import GROCERY, MOBILENET, cropped, encoded
from vision.config import EncoderConfig
from vision.decode import decode
from vision.encoders import Encoder, load_encoder
from vision.hashes import gray_thumbnail, perceptual_hashes
from vision.vectors import Vectors

pytestmark = pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")

TARGETS, PLANTED, STRANGERS = 100, 50, 250
EVERY = TARGETS // PLANTED
FORMS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "copy": lambda picture: decode(encoded(picture, quality=95), 10**8),
    "resized": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "q30": lambda picture: decode(encoded(picture, quality=30), 10**8),
    "crop 10%": lambda picture: cropped(picture, 0.1, 0.1, 0.1, 0.1),
    "flip": ImageOps.mirror,
    "gray": lambda picture: ImageOps.grayscale(picture).convert("RGB"),
}


def _photographs(of_targets: bool, count: int) -> list[Path]:
    """Photographs of every other class, or of the classes between them, spread over the data set's test list."""
    rows = [line.split(",") for line in (GROCERY / "test.txt").read_text().splitlines()]
    paths = [GROCERY / key.strip() for key, label, _ in rows if (int(label) % 2 == 0) == of_targets]
    return paths[:: len(paths) // count][:count]


def _seen(pictures: Mapping[str, Image.Image], encoder: Encoder) -> Vectors:
    rows, names, matrices = [], list(pictures), []
    for start in range(0, len(names), 8):
        batch = [pictures[name] for name in names[start : start + 8]]
        matrices.append(encoder.encode(batch))
        for name, thumbnail in zip(names[start:], map(gray_thumbnail, batch), strict=False):
            rows.append(Embedded(name, *perceptual_hashes(thumbnail), thumbnail.tobytes()))
    return Vectors.of_rows(rows, np.concatenate(matrices))


@pytest.fixture(scope="module")
def leaks() -> dict[str, Match]:
    """What the leak check finds by its defaults among strangers and planted copies; a digest is a name here."""
    half = (0.5, 0.5, 0.5)
    options: dict[str, str | int | float | bool] = {"pad_type": "same"}
    encoder = load_encoder(
        EncoderConfig(
            kind="timm", name="mobilenetv1_100", checkpoint=str(MOBILENET), options=options, mean=half, std=half
        )
    )
    held = {f"target {i}": decode(path.read_bytes(), 10**8) for i, path in enumerate(_photographs(True, TARGETS))}
    planted = {
        f"{form} of target {EVERY * i}": make(held[f"target {EVERY * i}"])
        for form, make in FORMS.items()
        for i in range(PLANTED)
    }
    new = {f"stranger {i}": decode(path.read_bytes(), 10**8) for i, path in enumerate(_photographs(False, STRANGERS))}
    targets = [TargetPicture(name, list(Split)[i % 3], i % 7, name, "") for i, name in enumerate(held)]
    config = SelectConfig()
    known = of_targets(targets, _seen(held, encoder))
    return find_copies(_seen(planted | new, encoder), known, config.leak_score, config.shortlist)


@pytest.mark.parametrize("form", FORMS)
def test_planted_leaks_of_every_form_are_found(leaks: Mapping[str, Match], form: str) -> None:
    """Of the copies of one form among candidates of other classes 98% are found, each with the picture it copies."""
    names = [f"target {EVERY * i}" for i in range(PLANTED)]
    found = [name for name in names if f"{form} of {name}" in leaks]
    assert len(found) >= 0.98 * PLANTED
    assert all(leaks[f"{form} of {name}"].name.endswith(f":{name}") for name in found)


def test_photographs_of_other_classes_are_no_leaks(leaks: Mapping[str, Match]) -> None:
    """Of the candidates that copy nothing at most one in a thousand is called a leak."""
    assert sum(name.startswith("stranger") for name in leaks) <= 0.001 * STRANGERS
