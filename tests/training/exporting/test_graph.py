"""ONNX graphs: what onnxruntime makes of them, of every kind of network, is what training's own network says."""

from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest
import torch
from torch import nn

from storage.errors import Unfaithful
from tests.training.exporting.cases import NOT_PLAIN, PLAIN, learned_of
from training.exporting.faithful import Expected, expected, require_same
from training.exporting.graph import write_graph
from training.exporting.network import handed_out


class Means(nn.Module):
    """Logits that are the mean colors of pictures, scaled by another number than training would."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """[b, 3] of [b, 3, h, w]."""
        return 1.001 * pictures.mean((2, 3))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PLAIN, *NOT_PLAIN])
def test_the_graph_gives_the_masked_logits_of_training(name: str, tmp_path: Path) -> None:
    """To 1e-4, one picture at a time and all at once; both are also what `write_graph` asks for."""
    learned = learned_of({**PLAIN, **NOT_PLAIN}[name], tmp_path)
    told = expected(learned)
    write_graph(handed_out(learned), told, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    inputs, logits = told.inputs.numpy(), told.logits.numpy()
    bound = 1e-4 * max(1.0, float(np.abs(logits).max()))
    for count in (1, 3, 4):
        (found,) = session.run(["logits"], {"pictures": inputs[:count]})
        assert np.abs(found - logits[:count]).max() <= bound
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("model")] == ["model.onnx"]


def test_a_graph_that_answers_otherwise_is_an_error(tmp_path: Path) -> None:
    """By a thousandth here."""
    inputs = torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    with pytest.raises(Unfaithful, match=r"the ONNX graph, shown 1 at once, are .* off those of the training"):
        write_graph(Means(), Expected(inputs, inputs.mean((2, 3))), tmp_path / "model.onnx")


def test_logits_that_are_no_numbers_are_no_match() -> None:
    """Nor are those of another number of classes; large ones may be off by their share."""
    right = torch.tensor([[1.0, 2.0]])
    for wrong in (torch.tensor([[1.0, float("nan")]]), torch.tensor([[1.0, 2.0, 3.0]]), right + 1.1e-4):
        with pytest.raises(Unfaithful):
            require_same("it", wrong, right, 5e-5)
    require_same("it", 50 * right + 4e-3, 50 * right, 5e-5)
