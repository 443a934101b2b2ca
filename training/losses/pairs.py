"""Who is silent for whom, without a matrix."""

import numpy as np
import torch
from torch import Tensor, nn

from training.data import Indices


class SilencedPairs(nn.Module):
    """The classes that are silent for each class, as rows of one flat list: memory grows with the edges.

    `edges` [E, 2] holds (target label, auxiliary index); each silences in both directions.
    """

    starts: Tensor
    degrees: Tensor
    columns: Tensor

    def __init__(self, edges: Indices, targets: int, classes: int) -> None:
        super().__init__()
        numbered = edges + np.array([0, targets])
        pairs = np.unique(np.concatenate([numbered, numbered[:, ::-1]]), axis=0)
        degrees = np.bincount(pairs[:, 0], minlength=classes)
        self.register_buffer("starts", torch.from_numpy(np.cumsum(degrees) - degrees), persistent=False)
        self.register_buffer("degrees", torch.from_numpy(degrees), persistent=False)
        self.register_buffer("columns", torch.from_numpy(pairs[:, 1].copy()), persistent=False)

    def forward(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """For labels [b], the places (row in the batch, class) that are silenced, each of shape [pairs]."""
        degrees = self.degrees[labels]
        rows = torch.repeat_interleave(degrees)
        within = torch.arange(len(rows), device=rows.device) - (degrees.cumsum(0) - degrees)[rows]
        return rows, self.columns[self.starts[labels][rows] + within]
