"""LDAM with deferred re-weighting: rare classes must win by a wider margin, and count for more at the end.

    L = -log softmax(z - scale * m_y * onehot(y))_y        m_y = max_margin * (min n / n_y)^(1/4)

The published loss takes cosines c and multiplies c - m by the scale. We take logits z, to which a head that normalizes
has already given its scale, as it must for every other loss: with z = scale * c both are the same. A linear head's
logits have no scale missing, so they are not multiplied (that would only raise the learning rate); the margin keeps
the width that it has in the published softmax.
Source: Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", arXiv 1906.07413.
"""

import numpy as np
import torch
from torch import Tensor

from training.config import Baselines
from training.data import Indices
from training.losses.baselines import CrossEntropy, class_balanced_weights


class LdamDrw(CrossEntropy):
    """Cross-entropy with a margin off a sample's own logit, and in the last steps class-balanced weights.

    `counts` is [N + M]; the rarest class's margin is `told.scale` * `told.max_margin` logits.
    """

    margins: Tensor
    weights: Tensor

    def __init__(self, counts: Indices, targets: int, told: Baselines, label_smoothing: float = 0.0) -> None:
        super().__init__(targets, label_smoothing)
        inverse = counts.astype(np.float64) ** -0.25
        margins = torch.from_numpy(told.scale * told.max_margin * inverse / inverse.max()).float()
        weights = torch.from_numpy(class_balanced_weights(counts, told.beta)).float()
        self.register_buffer("margins", margins, persistent=False)
        self.register_buffer("weights", weights, persistent=False)
        self.reweight_from = told.reweight_from
        self.weighted = False

    def advance(self, done: float) -> None:
        """Weight the classes from `reweight_from` of the steps on."""
        self.weighted = done >= self.reweight_from

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        own = labels[:, None]
        lowered = logits.scatter_add(1, own, -self.margins[own].to(logits.dtype))
        losses = super().each(lowered, labels)
        return losses * self.weights[labels].to(logits.dtype) if self.weighted else losses
