"""Which classes each picture most likely shows, in the order of the pictures; what cannot be read has a reason."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.picture_names import is_picture
from training.predicting.classifier import Classifier
from vision.decode import Undecodable
from vision.loader import cores, in_order

BATCH = 16
"""Pictures that the graph is shown at once."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A class and its probability."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The likeliest classes of a picture, best first; none where there is an `error`."""

    path: str
    likely: tuple[Likely, ...] = ()
    error: str = ""


Input = NDArray[np.float32]
Given = tuple[str, Input | str]
"""A path, and the input made of its file or why there is none."""


def _below(folder: str) -> Iterator[str]:
    """The files below a folder that are named like pictures, in order; hidden ones and linked folders are passed by."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(place, name) for name in sorted(names) if is_picture(name) and name[0] != ".")


def pictures(paths: Sequence[str]) -> Iterator[str]:
    """Every path that is no folder, whatever it is called, and of a folder all pictures below it."""
    for path in paths:
        if os.path.isdir(path):
            yield from _below(path)
        else:
            yield path


def _given(path: str, classifier: Classifier) -> Given:
    try:
        if Path(path).exists() and not Path(path).is_file():  # a device or a pipe may never end
            return path, "not_a_file: neither a file nor a folder"
        return path, classifier.prepare(Path(path).read_bytes())
    except Undecodable as error:
        return path, f"{error.reason}: {error.detail}"
    except (OSError, ValueError) as error:  # a ValueError is of a name with a zero byte in it
        return path, f"cannot_be_read: {getattr(error, 'strerror', None) or error}"


def _answered(batch: Sequence[Given], classifier: Classifier, top: int) -> Iterator[Answer]:
    inputs = [held for _, held in batch if not isinstance(held, str)]
    rows: Iterator[NDArray[np.float64]] = iter(classifier.probabilities(inputs) if inputs else ())
    for path, held in batch:
        if isinstance(held, str):
            yield Answer(path, error=held)
            continue
        row = next(rows)
        best = np.argsort(-row, kind="stable")[:top].tolist()
        yield Answer(path, tuple(Likely(classifier.prepared.classes[label], float(row[label])) for label in best))


def answers(paths: Iterable[str], classifier: Classifier, top: int) -> Iterator[Answer]:
    """One for each path, with `top` classes at most; files are read ahead by threads, a few batches and no more."""
    threads = cores()
    given = in_order(lambda path: _given(path, classifier), paths, threads, max(BATCH, 2 * threads))
    while batch := list(islice(given, BATCH)):
        yield from _answered(batch, classifier, top)
