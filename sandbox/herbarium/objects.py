"""Things that are no flowers, as forms to draw: (form, points, tint).

A form is drawn by Pillow's method of that name. Points are (x, y) in about [-1, 1]; an ellipse has
the corners of its box. A tint is a factor on the object's color, or a color of its own.
"""

from typing import Literal

Form = tuple[Literal["polygon", "ellipse"], tuple[tuple[float, float], ...], float | tuple[int, int, int]]


def _box(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


_WHEEL = (25, 25, 28)
_LIGHT = (235, 232, 220)

OBJECTS: dict[str, tuple[Form, ...]] = {
    "house": (
        ("polygon", _box(-0.8, -0.2, 0.8, 0.9), 1.0),
        ("polygon", ((-1, -0.2), (0, -1), (1, -0.2)), 0.6),
        ("polygon", _box(-0.2, 0.3, 0.2, 0.9), (60, 40, 30)),
        ("polygon", _box(0.35, 0.05, 0.65, 0.35), (200, 220, 240)),
    ),
    "ball": (
        ("ellipse", ((-0.9, -0.9), (0.9, 0.9)), 1.0),
        ("ellipse", ((-0.9, -0.25), (0.9, 0.25)), _LIGHT),
        ("ellipse", ((-0.5, -0.65), (-0.2, -0.35)), _LIGHT),
    ),
    "cup": (
        ("ellipse", ((0.3, -0.4), (1.1, 0.5)), 0.6),
        ("ellipse", ((0.45, -0.22), (0.95, 0.32)), 1.5),
        ("polygon", ((-0.7, -0.7), (0.7, -0.7), (0.5, 0.9), (-0.5, 0.9)), 1.0),
        ("ellipse", ((-0.7, -0.85), (0.7, -0.55)), 0.6),
    ),
    "car": (
        ("polygon", _box(-1.1, -0.1, 1.1, 0.45), 1.0),
        ("polygon", ((-0.6, -0.1), (-0.4, -0.6), (0.45, -0.6), (0.7, -0.1)), 0.6),
        ("ellipse", ((-0.85, 0.2), (-0.3, 0.75)), _WHEEL),
        ("ellipse", ((0.3, 0.2), (0.85, 0.75)), _WHEEL),
    ),
    "mushroom": (
        ("polygon", _box(-0.25, -0.1, 0.25, 0.9), _LIGHT),
        ("polygon", ((-1, 0), (-0.8, -0.5), (-0.3, -0.85), (0.3, -0.85), (0.8, -0.5), (1, 0)), 1.0),
        ("ellipse", ((-0.5, -0.5), (-0.25, -0.25)), _LIGHT),
        ("ellipse", ((0.2, -0.6), (0.5, -0.3)), _LIGHT),
    ),
    "fish": (
        ("ellipse", ((-0.9, -0.5), (0.6, 0.5)), 1.0),
        ("polygon", ((0.5, 0), (1.1, -0.5), (1.1, 0.5)), 0.6),
        ("ellipse", ((-0.65, -0.2), (-0.5, -0.05)), (10, 10, 10)),
    ),
    "kite": (
        ("polygon", ((0, -1), (0.65, -0.25), (0, 0.75), (-0.65, -0.25)), 1.0),
        ("polygon", ((0, -1), (0.65, -0.25), (0, -0.25)), 0.6),
        ("polygon", ((0, 0.75), (0.12, 1.1), (-0.12, 1.1)), 0.6),
    ),
    "bottle": (
        ("polygon", _box(-0.4, -0.3, 0.4, 1), 1.0),
        ("polygon", _box(-0.15, -0.9, 0.15, -0.3), 0.6),
        ("polygon", _box(-0.4, 0.1, 0.4, 0.6), _LIGHT),
    ),
}
