"""Backbones with their weights, from timm or open_clip, as one kind of module."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput
from vision.config import EncoderConfig
from vision.weights import HUB, about_timm, checkpoint_of, how_to_fetch, tagged

if TYPE_CHECKING:
    from open_clip import CLIP
    from torch import nn

_FOLDER = "local-dir:"


def _at_size(name: str, config: EncoderConfig) -> dict[str, Any]:
    """Transformers are built for one input size, and DINOv2's own is 518 pixels: the recipe's is asked for."""
    return {"img_size": config.image_size} if getattr(about_timm(name), "fixed_input_size", False) else {}


def _read(model: "nn.Module", config: EncoderConfig) -> None:
    """Read a file of weights as timm does what it downloads: positions fitted to the input, names made its own."""
    import timm

    translate = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
    path = str(checkpoint_of(config))
    found = timm.models.load_checkpoint(model, path, strict=False, filter_fn=translate)
    if found is not None and found.missing_keys:  # what it holds beyond the model is its classifier
        raise RuntimeError(f"it lacks {', '.join(found.missing_keys[:3])}")


def _timm(config: EncoderConfig) -> "nn.Module":
    import timm

    name = tagged(config)
    # 0 classes: the pooled features, without the classifier that was trained with them.
    options: dict[str, Any] = {"num_classes": 0, **_at_size(name, config), **config.options}
    model: nn.Module = timm.create_model(name, pretrained=config.pretrained is not None, **options)
    if config.checkpoint is not None:
        _read(model, config)
    return model


def clip_name(config: EncoderConfig) -> str:
    """What open_clip calls the model: a folder by its place, else the architecture by its name."""
    if config.checkpoint is not None and (checkpoint := checkpoint_of(config)).is_dir():
        return f"{_FOLDER}{checkpoint}"
    # ViT-B/32 is ViT-B-32 to its models but not to its tokenizers; hf-hub:owner/model is a place.
    return config.name if ":" in config.name else config.name.replace("/", "-")


def _open_clip(config: EncoderConfig) -> "CLIP":
    import open_clip

    name = clip_name(config)
    weights = config.checkpoint if config.checkpoint is not None else config.pretrained
    tag = None if name.startswith(_FOLDER) else weights
    required = weights is not None or name.startswith(HUB)
    return open_clip.create_model(name, pretrained=tag, require_pretrained=required, **config.options)


def _load(create: "Callable[[EncoderConfig], nn.Module]", config: EncoderConfig) -> "nn.Module":
    try:
        return create(config).float()
    except (OSError, RuntimeError, TypeError, ValueError, AssertionError) as error:
        weights, why = config.checkpoint or config.pretrained or "random weights", str(error).partition("\n")[0]
        raise BadInput(
            f"encoder: {config.kind} gives no {config.name} with {weights}: {why}", how_to_fetch(config)
        ) from error


def load_clip(config: EncoderConfig) -> "CLIP":
    """Both towers of an open_clip model in float32, trainable; random where no weights are named.

    Raises BadInput where the architecture is unknown or its weights cannot be found, read or downloaded.
    """
    return _load(_open_clip, config)


def load_backbone(config: EncoderConfig) -> "nn.Module":
    """The picture tower in float32, [b, 3, h, w] -> [b, d], trainable; random where no weights are named.

    Raises BadInput where the architecture is unknown or its weights cannot be found, read or downloaded.
    """
    return _load(_timm, config) if config.kind == "timm" else load_clip(config).visual
