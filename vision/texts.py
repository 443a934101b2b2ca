"""Texts: to unit vectors in the space of an open_clip model's pictures, by its text tower."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput
from vision.backbones import clip_name, load_clip
from vision.computing import device_of
from vision.config import EncoderConfig
from vision.encoders import check_weights
from vision.weights import merges_of

if TYPE_CHECKING:
    from open_clip import CLIP
    from torch import Tensor

BATCH = 256
"""Texts in one forward pass."""


def _check_kind(config: EncoderConfig) -> None:
    if config.kind != "open_clip":
        raise BadInput(
            f"encoder: {config.name} of {config.kind} has no text tower; only CLIP-like models have one",
            "set encoder.kind to open_clip, and encoder.name and its weights to a model of that library",
        )


def _vocabulary(config: EncoderConfig) -> dict[str, str]:
    """The path of a folder's merges where they lie now; its configuration says where they lay when it was written."""
    folder = Path(config.checkpoint or "")
    merges = merges_of(folder) if config.checkpoint and folder.is_dir() else None
    return {"bpe_path": str(merges)} if merges else {}


def _tokenizer(config: EncoderConfig) -> "Callable[[list[str]], Tensor]":
    """What turns texts into tokens, int64 [n, context]."""
    import open_clip

    name, context = clip_name(config), config.options.get("force_context_length")
    try:
        tokenize: Callable[[list[str]], Tensor] = open_clip.get_tokenizer(name, context, **_vocabulary(config))
    except (ImportError, OSError, TypeError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise BadInput(
            f"encoder: open_clip gives no tokenizer for {name}: {why}",
            "install the package that it misses, or put the vocabulary's file into the folder of encoder.checkpoint",
        ) from error
    return tokenize


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """The frozen text tower of a CLIP-like model; `scale` is what it multiplies cosines by before a softmax."""

    tower: "CLIP"
    tokenize: "Callable[[list[str]], Tensor]"
    device: str
    scale: float

    def encode(self, texts: Sequence[str], batch_size: int = BATCH) -> NDArray[np.float32]:
        """Unit vectors [n, d] of the texts as they stand, row i of text i; a text is cut where the context ends."""
        import torch
        from torch.nn import functional

        # Of no text the width is still known, by one that is thrown away.
        batches = [list(texts[start : start + batch_size]) for start in range(0, len(texts), batch_size)] or [[""]]
        with torch.inference_mode():
            tokens = (self.tokenize(batch).to(self.device) for batch in batches)
            read = [functional.normalize(self.tower.encode_text(each).float(), dim=1) for each in tokens]
            vectors: NDArray[np.float32] = torch.cat(read)[: len(texts)].cpu().numpy()
        return vectors

    def captioned(self, names: Sequence[str], captions: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors [n, d] of names, each the mean over the captions that it is put into at {}."""
        each = np.stack([self.encode([caption.replace("{}", name) for name in names]) for caption in captions])
        total = each.sum(0)
        vectors: NDArray[np.float32] = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
        return vectors


def load_text_tower(config: EncoderConfig, device: str = "cpu") -> TextEncoder:
    """Load the text tower, random where no weights are named, on a GPU where `device` is auto and there is one.

    Raises BadInput where the model has no text tower, or where its weights or its vocabulary cannot be had.
    """
    from torch import nn

    _check_kind(config)
    device = device_of(device)
    model, tokenize = load_clip(config), _tokenizer(config)
    model.visual = nn.Identity()  # the picture tower, most of the model, is none of ours
    tower = model.eval().requires_grad_(False).to(device)
    return TextEncoder(tower, tokenize, device, float(tower.logit_scale.exp()))


def load_texts(config: EncoderConfig, device: str = "cpu") -> TextEncoder:
    """Load the text tower once a process; raises BadInput where it has no weights, or as `load_text_tower` does."""
    _check_kind(config)
    check_weights(config)
    return load_text_tower(config, device)


def encode_texts(
    texts: Sequence[str], config: EncoderConfig, device: str, batch_size: int = BATCH
) -> NDArray[np.float32]:
    """Unit vectors [n, d] of the texts by a tower that is loaded for them alone; raises what `load_texts` raises."""
    return load_texts(config, device).encode(texts, batch_size)
