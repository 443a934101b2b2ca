"""Texts: to unit vectors in the space of an open_clip model's pictures, by its text tower."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput
from vision.backbones import clip_name, load_clip
from vision.config import EncoderConfig
from vision.encoders import check_weights, device_of

if TYPE_CHECKING:
    from torch import Tensor


def _check_kind(config: EncoderConfig) -> None:
    if config.kind != "open_clip":
        raise BadInput(
            f"encoder: {config.name} of {config.kind} has no text tower; only CLIP-like models have one",
            "set encoder.kind to open_clip, and encoder.name and its weights to a model of that library",
        )


def _vocabulary(name: str) -> dict[str, str]:
    """The path of a folder's merges where they lie now; its configuration says where they lay when it was written."""
    import open_clip

    named = open_clip.get_model_config(name)["text_cfg"].get("tokenizer_kwargs", {}).get("bpe_path")
    here = Path(name.removeprefix("local-dir:"), Path(named).name) if named else None
    return {"bpe_path": str(here)} if here and here.is_file() else {}


def _tokenizer(config: EncoderConfig) -> "Callable[[list[str]], Tensor]":
    """What turns texts into tokens, int64 [n, context]."""
    import open_clip

    name, context = clip_name(config), config.options.get("force_context_length")
    try:
        tokenize: Callable[[list[str]], Tensor] = open_clip.get_tokenizer(name, context, **_vocabulary(name))
    except (ImportError, OSError, TypeError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise BadInput(
            f"encoder: open_clip gives no tokenizer for {name}: {why}",
            "install the package that it misses, or put the vocabulary's file into the folder of encoder.checkpoint",
        ) from error
    return tokenize


def encode_texts(
    texts: Sequence[str], config: EncoderConfig, device: str, batch_size: int = 256
) -> NDArray[np.float32]:
    """Unit vectors [n, d] of the texts as they stand, row i of text i; a text is cut where the model's context ends.

    Raises BadInput where the model has no text tower or no weights, or where they or its vocabulary cannot be had.
    """
    import torch
    from torch.nn import functional

    _check_kind(config)
    check_weights(config)
    device = device_of(device)
    model, tokenize = load_clip(config).eval().requires_grad_(False).to(device), _tokenizer(config)
    # Of no text the width is still known, by one that is thrown away.
    batches = [list(texts[start : start + batch_size]) for start in range(0, len(texts), batch_size)] or [[""]]
    with torch.inference_mode():
        read = [functional.normalize(model.encode_text(tokenize(batch).to(device)).float(), dim=1) for batch in batches]
        vectors: NDArray[np.float32] = torch.cat(read)[: len(texts)].cpu().numpy()
    return vectors
