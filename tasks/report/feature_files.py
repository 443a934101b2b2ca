"""The features of test pictures that training left beside an arm's checkpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from storage import filesystem
from storage.manifest import read_manifest
from storage.records import StageRef

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

ENDING = ".features.safetensors"


@dataclass(frozen=True, slots=True)
class Features:
    """Vectors [n, d] with their classes [n]; all arms of a training show the same pictures."""

    vectors: NDArray[np.float16]
    labels: Labels

    def of(self, label: int) -> Points:
        """The vectors of one class at unit length; one of zeros stays."""
        points: Points = self.vectors[self.labels == label].astype(np.float64)
        points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return points

    def means(self, labels: Iterable[int]) -> Points:
        """The means of the given classes, each of which has a vector, of shape [number of labels, d]."""
        return np.stack([self.of(label).mean(axis=0) for label in labels])


def read_features(train: StageRef, arm: str) -> Features | None:
    """An arm's features; None where its training left none, or had no test picture."""
    names = [file.name for part in read_manifest(train.uri).parts for file in part.files if file.kind == "features"]
    name = next((name for name in names if name.rpartition("/")[2] == arm + ENDING), None)
    if name is None:
        return None
    held = safetensors.numpy.load(filesystem.read_bytes(filesystem.join(train.uri, name)))
    return Features(held["features"], held["labels"]) if len(held["labels"]) else None
