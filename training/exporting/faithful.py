"""Whether what is handed out answers as the network that was trained does, on pictures of the data set itself."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from storage.errors import BadInput, Unfaithful
from storage.manifest import read_rows
from storage.records import Split, TargetPicture
from training.config import Mode
from training.exporting.learned import Learned
from training.pictures import read
from training.read import files, vectors
from vision.encoders import load_encoder, preprocess

PICTURES = 8
"""That both networks are shown."""

LEAST_COSINE = 0.99
"""Between a vector of the embed stage and the encoder's own, in 32 bits and of a picture that was decoded whole."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Inputs [n, 3, side, side], and the logits [n, N] that training gives them, the auxiliary ones masked."""

    inputs: Tensor
    logits: Tensor


def _shown(learned: Learned) -> list[TargetPicture]:
    """Some pictures from all over the test split, or of validation where there is none."""
    held = files(learned.stages.targets, learned.stages.target_vectors)
    rows = [row for row in read_rows(learned.stages.targets, TargetPicture) if row.digest in held]
    judged = [row for row in rows if row.split is Split.TEST] or [row for row in rows if row.split is Split.VAL]
    places = np.linspace(0, len(judged) - 1, min(PICTURES, len(judged))).astype(int)
    return [judged[place] for place in places.tolist()]


def _unit_vectors(learned: Learned, rows: list[TargetPicture], inputs: Tensor) -> Tensor:
    """Those of the frozen encoder, [n, d]; raises BadInput where the embed stage's are another's."""
    held = vectors(learned.stages.target_vectors)
    encoder = load_encoder(learned.encoder.model_copy(update={"precision": "fp32"}))
    found = functional.normalize(encoder.features(inputs), dim=1).clone()
    stored = torch.from_numpy(np.stack([held[row.digest] for row in rows]))
    if stored.shape != found.shape or (stored * found).sum(1).min() < LEAST_COSINE:
        raise BadInput(
            f"embed.encoder {learned.encoder.name} does not give the vectors that the classifier was trained on",
            "set embed.encoder and its checkpoint to what they were, or run the pipeline again",
        )
    return found


@torch.no_grad()
def expected(learned: Learned) -> Expected:
    """What training's own network says of some pictures."""
    rows, prepare = _shown(learned), preprocess(learned.encoder)
    held = files(learned.stages.targets, learned.stages.target_vectors)
    inputs = torch.stack([prepare(read(held[row.digest])) for row in rows])
    given = inputs if learned.config.mode is Mode.FINETUNE else _unit_vectors(learned, rows, inputs)
    return Expected(inputs, learned.run.network(given)[:, : len(learned.data.classes)])


def require_same(what: str, found: Tensor, logits: Tensor, tolerance: float) -> None:
    """Raise Unfaithful where logits differ by more than the tolerance, of the largest where that is over 1.

    Numbers of 32 bits carry seven digits: those of a cosine times 100 cannot agree to more.
    """
    if found.shape != logits.shape:
        raise Unfaithful(f"{what} gives {tuple(found.shape)} numbers, not {tuple(logits.shape)}", "report it as a bug")
    off, size = float((found - logits).abs().max()), max(1.0, float(logits.abs().max()))
    if not off <= tolerance * size:  # so that one that is not a number fails too
        raise Unfaithful(
            f"the logits of {what} are {off:.2g} off those of the training, and {tolerance * size:.2g} is allowed",
            "nothing was written; report it as a bug, with the encoder's name and train.head",
        )
