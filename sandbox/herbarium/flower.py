"""One flower: stem and leaves as outlines, petals and eye as fields over the pixels."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from sandbox.herbarium.canvas import RGB, SIDE, Rng, noise, paste, placed, rgb, varied
from sandbox.herbarium.species import Species

FOLIAGE = (60, 120, 45)
WIDTHS = {"round": 0.66, "pointed": 0.66, "notched": 0.68, "narrow": 0.34, "spoon": 0.62, "fringed": 0.64}
"""Widest half width of a petal, of what its neighbors leave it."""

AXIS = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE * 2 - 1
X, Y = np.meshgrid(AXIS, AXIS)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a flower stands and how it is turned; `tilt` shortens it across the direction `lean`."""

    x: float
    y: float
    radius: float
    turn: float
    tilt: float
    lean: float


def pose(rng: Rng) -> Pose:
    """Any place, size and direction in which the whole flower is seen."""
    x, y = rng.uniform(-0.22, 0.22), rng.uniform(-0.3, 0.1)
    return Pose(x, y, rng.uniform(0.46, 0.76), rng.uniform(0, 6.28), rng.uniform(0.62, 1), rng.uniform(0, math.pi))


def _leaf(kind: str, length: float) -> np.ndarray:
    """The outline of a leaf along the x axis, [points, 2]."""
    t = np.linspace(0, 1, 17)
    half = {
        "narrow": 0.09 * np.sin(np.pi * t) ** 0.8,
        "oval": 0.2 * np.sqrt(1 - (2 * t - 1) ** 2),
        "toothed": 0.2 * np.sin(np.pi * t) ** 0.7 * (1 - 0.42 * (np.arange(17) % 2)),
        "heart": 0.27 * np.where(t < 0.28, np.sqrt(t / 0.28), np.cos((t - 0.28) / 0.72 * np.pi / 2) ** 0.8),
    }[kind]
    return np.concatenate([np.stack([t * length, half], 1), np.stack([t * length, -half], 1)[::-1]])


def paint_foliage(picture: Image.Image, species: Species, at: Pose, rng: Rng) -> None:
    """Stem and leaves, pasted onto the picture."""
    green = varied(FOLIAGE, rng, 8) * rng.uniform(0.75, 1.2)
    light, dark = rgb(green), rgb(green * 0.68)
    t = np.linspace(0, 1, 9)[:, None]
    bend, foot = np.array([rng.normal(0, 0.12), 0]), np.array([at.x + rng.normal(0, 0.12), 1.1])
    stem = np.array([at.x, at.y]) * (1 - t) + foot * t + bend * np.sin(np.pi * t)

    def draw(layer: ImageDraw.ImageDraw) -> None:
        layer.line(placed(stem), fill=(*dark, 255), width=int(rng.integers(6, 11)), joint="curve")
        side = rng.choice((-1, 1))
        for step in (4, 6, 7):
            side, length = -side, rng.uniform(0.6, 0.85)
            angle = math.pi / 2 + side * rng.uniform(0.9, 1.7)
            turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
            outline, vein = _leaf(species.leaf, length), np.array([[0, 0], [0.9 * length, 0]])
            layer.polygon(placed(outline @ turn + stem[step]), fill=(*light, 255), outline=(*dark, 255))
            layer.line(placed(vein @ turn + stem[step]), fill=(*dark, 255), width=2)

    paste(picture, light, draw)


def _half_width(petal: str, u: np.ndarray) -> np.ndarray:
    """A petal's half width at u, 0 at its base and 1 at its tip, as a share of the widest one."""
    if petal in ("round", "notched", "narrow"):
        widest, base = {"round": (0.62, 0.33), "notched": (0.68, 0.33), "narrow": (0.8, 0.75)}[petal]
        tip = np.sqrt(np.clip(1 - ((u - widest) / (1 - widest)) ** 2, 0, 1))
        return np.where(u < widest, base + (1 - base) * u / widest, tip)
    half: np.ndarray = {
        "pointed": np.where(u < 0.45, 0.35 + 0.65 * u / 0.45, 1 - np.clip((u - 0.45) / 0.55, 0, 1) ** 1.3),
        "spoon": np.where(u < 0.5, 0.28, np.sqrt(np.clip(1 - ((u - 0.74) / 0.26) ** 2, 0.08, 1))),
        "fringed": np.clip(0.3 + 0.7 * u / 0.8, 0, 1),
    }[petal]
    return half


def _reach(petal: str, v: np.ndarray) -> np.ndarray:
    """How far out a petal reaches at v across it, -1 to 1."""
    notch: np.ndarray = {
        "fringed": 0.14 * (np.sin(9 * v) > 0).astype(v.dtype),
        "notched": 0.26 * np.clip(1 - np.abs(v) / 0.42, 0, 1),
    }.get(petal, np.zeros_like(v))
    return 1 - notch


def _marks(pattern: str, u: np.ndarray, v: np.ndarray, edge: np.ndarray, eye: float) -> np.ndarray:
    """How much of the markings' color lies at u along a petal, v across it, and `edge` of the way to its side."""
    along, across = u * 6, v * 2.2 + 0.5 * (np.floor(u * 6) % 2)
    marks: dict[str, np.ndarray] = {
        "plain": np.zeros_like(u),
        "striped": (np.abs((v * 2.2 + 0.5) % 1 - 0.5) < 0.17) & (u < 0.93),
        "spotted": ((along % 1 - 0.5) ** 2 + (across % 1 - 0.5) ** 2 < 0.085) & (u > 0.25),
        "edged": (edge > 0.66) | (u > 0.86),
        "ringed": u < eye + 0.22,
        "shaded": np.clip(1.25 - 1.5 * u, 0, 1),
    }
    return marks[pattern]


def paint_flower(canvas: np.ndarray, species: Species, at: Pose, rng: Rng) -> None:
    """Petals and eye, painted into the canvas, float32 [SIDE, SIDE, 3]."""
    dx, dy, cos, sin = X - at.x, Y - at.y, math.cos(at.lean), math.sin(at.lean)
    p, q = (cos * dx + sin * dy) / at.radius, (cos * dy - sin * dx) / at.tilt / at.radius
    here = np.flatnonzero(p**2 + q**2 < 1.06**2)
    p, q = p.ravel()[here], q.ravel()[here]
    r, angle, part, pixels = (
        np.hypot(p, q),
        np.arctan2(q, p) + at.turn,
        2 * math.pi / species.count,
        at.radius * SIDE / 2,
    )
    number = np.floor(angle / part + 0.5)  # of the petal that a point belongs to
    width = WIDTHS[species.petal] * rng.uniform(0.9, 1.1) * min(0.95 * math.tan(part / 2), 0.68)
    width = max(0.15, width)
    u = r * np.cos(angle - number * part) / (1 + 0.05 * np.sin(number * 12.99 + at.turn * 7))
    v = r * np.sin(angle - number * part) / width
    half = _half_width(species.petal, u.clip(0, 1)) + 1e-3
    edge = np.abs(v) / half
    within = np.minimum((1 - edge) * half * width, _reach(species.petal, v) - u) * pixels
    petal_cover = np.where(u > 0, (within + 0.5).clip(0, 1), 0)[:, None]
    eye = rng.uniform(0.2, 0.26)
    light = 0.78 + 0.22 * u.clip(0, 1) + 0.1 * (1 - edge.clip(0, 1)) - 0.12 * np.exp(-(((edge - 1) / 0.12) ** 2))
    light *= (0.93 + 0.14 * noise(rng, 14).ravel()[here]) * np.where(r < eye + 0.04, 0.7, 1)
    color, (pattern, mark) = varied(RGB[species.color], rng, 7), species.markings
    inked = 0.92 * _marks(pattern, u, v, edge, eye)[:, None] * (np.array(RGB.get(mark, color), np.float32) - color)
    grain = 0.85 + 0.15 * (np.sin(angle * 17 + r * 60) + 1) * r / eye + 0.1 * (1 - r / eye)
    eye_cover = ((eye - r) * pixels + 0.5).clip(0, 1)[:, None]
    flat = canvas.reshape(-1, 3)
    petals = flat[here] * (1 - petal_cover) + (color + inked) * light[:, None] * petal_cover
    flat[here] = petals * (1 - eye_cover) + np.array(RGB[species.eye], np.float32) * grain[:, None] * eye_cover
