"""An exported classifier at work: from the bytes of pictures to the probabilities of its classes, without torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as failures  # type: ignore[import-untyped]

from storage.errors import DamagedStore
from training.predicting.prepared import GRAPH, Prepared, read_prepared
from vision.decode import decode
from vision.light import light_input
from vision.loader import cores

COLORS = 3
UNREADABLE = (
    failures.InvalidProtobuf, failures.InvalidGraph, failures.Fail, failures.NoSuchFile, failures.NotImplemented,
)  # fmt: skip
"""What onnxruntime raises of a file that is no graph, is cut off, or misses a part that lies beside it."""

Probabilities = NDArray[np.float64]
"""[n, classes]."""


def softmax(logits: NDArray[np.float32]) -> Probabilities:
    """The probabilities of each row of logits, [n, classes]."""
    raised = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    shares: Probabilities = raised / raised.sum(1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class Classifier:
    """An opened graph, [n, 3, side, side] -> logits [n, classes], and what goes with it."""

    prepared: Prepared
    session: Any  # onnxruntime ships no types

    def prepare(self, data: bytes) -> NDArray[np.float32]:
        """The input of a picture's bytes, [3, side, side]; raises Undecodable."""
        return light_input(decode(data, self.prepared.max_pixels), self.prepared.input)

    def probabilities(self, inputs: Sequence[NDArray[np.float32]]) -> Probabilities:
        """Those of the classes, for each of at least one prepared picture."""
        (logits,) = self.session.run(None, {self.session.get_inputs()[0].name: np.stack(inputs)})
        return softmax(logits)


def _check(folder: Path, prepared: Prepared, session: Any) -> None:
    """Raise DamagedStore where the graph and what is said of it are two models'."""
    side = prepared.input.size
    told = [COLORS, side, side], [len(prepared.classes)]
    found = session.get_inputs()[0].shape[1:], session.get_outputs()[0].shape[1:]
    if found != told:
        problem = f"the graph of {folder} takes and gives {found}, and its {len(prepared.classes)} classes need {told}"
        raise DamagedStore(problem, "export it again: its files are of two models")


def open_classifier(folder: Path) -> Classifier:
    """The classifier that was exported to a folder; BadInput where there is none, DamagedStore where it is broken."""
    prepared, options = read_prepared(folder), onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    options.log_severity_level = 4  # what goes wrong is raised too
    try:
        session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
    except UNREADABLE as error:
        raise DamagedStore(f"{folder / GRAPH} cannot be read: {error}", "export it again") from error
    _check(folder, prepared, session)
    return Classifier(prepared, session)
