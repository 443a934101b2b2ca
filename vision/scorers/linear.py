"""Scores by a linear head over a picture's vector."""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from storage.errors import BadInput
from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from vision.scorers.hook import Score, Vectors
from vision.texts import TextEncoder
from vision.weights import MALFORMED, bytes_digest


class Linear(Section):
    """A linear head over the unit vectors, as LAION's aesthetic predictor is one (1 to 10, 5 is usual).

    A file with `weight` [1, d] and `bias` [1]: safetensors, or a torch state dict. LAION's repository
    aesthetic-predictor has sa_0_4_vit_l_14_linear.pth for vectors of OpenAI's ViT-L-14, and one for ViT-B-32. Those
    were trained with QuickGELU: as a tag that is seen to, as a local file they need `options: {force_quick_gelu: true}`
    or the architecture ViT-L-14-quickgelu.
    """

    kind: Literal["linear"]
    name: str = Field(pattern=r"^[\w-]+$", description="Of the score, such as aesthetic")
    checkpoint: str = Field(description="The local file of the head", json_schema_extra=NOT_IN_KEY)

    def _file(self) -> Path:
        if not (path := Path(self.checkpoint)).is_file():
            raise BadInput(
                f"embed.scorers {self.name}: there is no file {path}",
                "fetch sa_0_4_vit_l_14_linear.pth (for OpenAI's ViT-L-14) of LAION's repository aesthetic-predictor, or"
                " another head, and set the scorer's checkpoint to it",
            )
        return path

    def digest(self) -> str:
        """Of the head's bytes."""
        return bytes_digest(self._file())

    def _read(self) -> tuple[Vectors, float]:
        import torch
        from safetensors.torch import load_file

        path = self._file()
        try:
            state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
            return state["weight"].float().numpy().reshape(-1), float(state["bias"])
        except MALFORMED as error:
            raise BadInput(
                f"embed.scorers {self.name}: {path} is no linear head: {type(error).__name__}: {error}",
                "name a file that holds weight [1, d] and bias [1], and nothing pickled beside them",
            ) from error

    def load(self, texts: TextEncoder) -> Score:
        """The head, if it is for vectors as wide as the model's."""
        weight, bias = self._read()
        if len(weight) != (dim := texts.encode([]).shape[1]):
            raise BadInput(
                f"embed.scorers {self.name}: {self.checkpoint} is for vectors of {len(weight)} numbers, "
                f"those of embed.clip have {dim}",
                "name the head that was trained on the vectors of the model that embed.clip names",
            )
        return lambda vectors: (vectors @ weight + bias).astype(np.float64)
