"""A tiny data set in the layout of the Grocery Store Dataset, drawn on the spot.

Siblings of one group share a shape and differ in color, as varieties of one fruit do; every
picture has its own background, place, size and light, so that no two are near-duplicates.
"""

import colorsys
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

NOUNS = ("Kite", "Wheel", "Star", "Lamp", "Shield", "Tile", "Bead", "Shell")
COLORS = {"Amber": 0.11, "Teal": 0.47, "Crimson": 0.98, "Indigo": 0.68}
OFF_TOPIC = ("Plain-Ladder", "Plain-Fence")
HEADER = (
    "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),"
    "Iconic Image Path (str),Product Description Path (str)"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One class of the tiny data set; `corners` 0 draws a ladder or a fence instead of a shape."""

    name: str
    coarse: str
    fine_id: int
    coarse_id: int
    hue: float
    corners: int


def _classes(groups: int) -> Iterator[Drawn]:
    fine = 0
    for coarse_id, noun in enumerate(NOUNS[:groups]):
        for color, hue in COLORS.items():
            yield Drawn(f"{color}-{noun}", noun, fine, coarse_id, hue, 3 + coarse_id)
            fine += 1
    for i, name in enumerate(OFF_TOPIC):
        yield Drawn(name, name.removeprefix("Plain-"), fine + i, groups + i, 0.3, 0)


def _background(rng: np.random.Generator, size: int) -> Image.Image:
    coarse = rng.integers(60, 200, (5, 5, 1)) + rng.integers(-20, 20, (5, 5, 3))
    return Image.fromarray(coarse.astype(np.uint8)).resize((size, size), Image.Resampling.BICUBIC)


def _color(hue: float, rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = colorsys.hsv_to_rgb((hue + rng.normal(0, 0.012)) % 1, rng.uniform(0.75, 1), rng.uniform(0.7, 1))
    return int(255 * r), int(255 * g), int(255 * b)


def _shape(draw: ImageDraw.ImageDraw, of: Drawn, size: int, rng: np.random.Generator) -> None:
    x, y = rng.uniform(0.4, 0.6, 2) * size
    radius, turn = rng.uniform(0.26, 0.4) * size, rng.uniform(0, 2 * math.pi)
    angles = turn + np.arange(of.corners) * 2 * math.pi / of.corners
    outline = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]
    draw.polygon(outline, fill=_color(of.hue, rng))
    for corner in outline:
        draw.line([(x, y), corner], fill=(30, 30, 30), width=max(1, size // 48))


def _bars(draw: ImageDraw.ImageDraw, of: Drawn, size: int, rng: np.random.Generator) -> None:
    fill, start, step = _color(of.hue, rng), rng.uniform(0, 0.1) * size, rng.uniform(0.12, 0.25) * size
    for at in np.arange(start, size, step):
        line = [(at, 0), (at, size)] if of.name == "Plain-Fence" else [(0, at), (size, at)]
        draw.line(line, fill=fill, width=max(2, size // 16))


def draw_picture(of: Drawn, size: int, seed: tuple[int, ...]) -> Image.Image:
    """One RGB picture of a class, size by size pixels, the same for the same seed."""
    rng = np.random.default_rng(seed)
    picture = _background(rng, size)
    (_shape if of.corners else _bars)(ImageDraw.Draw(picture), of, size, rng)
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(size / 160)), dtype=np.float32)
    noisy = blurred * rng.uniform(0.85, 1.1) + rng.normal(0, 5, blurred.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _write_split(root: Path, split: int, classes: list[Drawn], count: int, size: int, seed: int) -> None:
    name = ("train", "val", "test")[split]
    lines = []
    for of in classes:
        folder = root / name / of.coarse / of.name
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(1, count + 1):
            path = folder / f"{of.name}_{i:03}.jpg"
            draw_picture(of, size, (seed, split, of.fine_id, i)).save(path, quality=92)
            lines.append(f"{path.relative_to(root).as_posix()}, {of.fine_id}, {of.coarse_id}\n")
    (root / f"{name}.txt").write_text("".join(lines))


def _write_names(root: Path, classes: list[Drawn]) -> None:
    rows = [f"{c.name},{c.fine_id},{c.coarse},{c.coarse_id},/none.jpg,/none.txt" for c in classes]
    (root / "classes.csv").write_text("\n".join([HEADER, *rows, ""]))
    groups: dict[str, dict[str, list[str]]] = {}
    for i, of in enumerate(c for c in classes if c.corners):
        group = groups.setdefault(of.coarse.lower(), {"targets": [], "neighbors": []})
        group["neighbors" if i % 2 else "targets"].append(of.name)
    shots = {"many": "n >= 20", "medium": "8 <= n < 20", "few": "n < 8"}
    split = {"groups": groups, "off_topic": list(OFF_TOPIC), "shots": shots}
    (root / "split.json").write_text(json.dumps(split, indent=1))


def make_grocery_like(root: Path, groups: int = 3, per_class: int = 12, size: int = 96, seed: int = 0) -> Path:
    """Write a data set of `groups` (1 to 8) groups of two targets and two neighbors each; `root` itself.

    A class gets `per_class` pictures in train and in test, and a third of that in val; two
    off-topic classes lie beside the groups. Lists, classes.csv and split.json have Grocery's form.
    """
    classes = list(_classes(groups))
    for split, count in enumerate((per_class, max(1, per_class // 3), per_class)):
        _write_split(root, split, classes, count, size, seed)
    _write_names(root, classes)
    return root
