"""The network as an ONNX graph, checked with onnxruntime before anybody sees it."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]
import torch
from torch import Tensor, nn

from training.exporting.faithful import Expected, require_same

TOLERANCE = 1e-4
"""How far the logits may be off; onnxruntime adds in another order than torch does."""

INPUT, OUTPUT = "pictures", "logits"


@contextmanager
def _quietly() -> Iterator[None]:
    """The exporter tells of every operator that it looks at."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _answers(path: Path, inputs: Tensor) -> Tensor:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run([OUTPUT], {INPUT: inputs.numpy()})[0])


def write_graph(network: nn.Module, expected: Expected, path: Path) -> None:
    """Write the network; raises Unfaithful where the graph answers otherwise, alone or in a batch of any size."""
    shown = expected.inputs[:2] if len(expected.inputs) > 1 else expected.inputs.repeat(2, 1, 1, 1)
    with _quietly():
        torch.onnx.export(
            network, (shown.contiguous(),), path, dynamo=True, external_data=False, verbose=False,
            input_names=[INPUT], output_names=[OUTPUT], dynamic_shapes=({0: torch.export.Dim("n")},),
        )  # fmt: skip
    for count in sorted({1, len(expected.inputs)}):
        found = _answers(path, expected.inputs[:count].contiguous())
        require_same(f"the ONNX graph, shown {count} at once,", found, expected.logits[:count], TOLERANCE)
