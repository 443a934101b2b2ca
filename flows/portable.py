"""What a run on another machine is told: the same places, wherever it starts."""

from pathlib import Path
from typing import Any

PLACES = {"data_root", "root", "checkpoint", "uri"}
"""Fields of a recipe, and of a reference to a stage, that hold a path or a URL."""


def absolute(place: str) -> str:
    """A local path from the root; a URL as it is."""
    return place if "://" in place else str(Path(place).absolute())


def portable(value: Any, name: str = "") -> Any:
    """Parameters of a run with every local path in them absolute: a worker does not start in our folder."""
    if isinstance(value, dict):
        return {key: portable(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [portable(item, name) for item in value]
    return absolute(value) if name in PLACES and isinstance(value, str) and value else value
