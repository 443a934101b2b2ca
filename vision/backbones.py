"""Backbones with their weights, from timm or open_clip, as one kind of module."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput
from vision.config import EncoderConfig
from vision.origins import about_open_clip, about_timm, how_to_fetch, tagged
from vision.weights import HUB, MALFORMED, checkpoint_of

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
    download = config.checkpoint is None and (config.pretrained is not None or name.startswith(HUB))
    model: nn.Module = timm.create_model(name, pretrained=download, **options)
    if config.checkpoint is not None:
        _read(model, config)
    return model


def clip_name(config: EncoderConfig) -> str:
    """What open_clip calls the model: a folder by its place, else the architecture by its name."""
    if config.checkpoint is not None and (checkpoint := checkpoint_of(config)).is_dir():
        return f"{_FOLDER}{checkpoint}"
    # ViT-B/32 is ViT-B-32 to its models but not to its tokenizers; hf-hub:owner/model is a place.
    return config.name if ":" in config.name else config.name.replace("/", "-")


def _activation(config: EncoderConfig) -> dict[str, bool]:
    """QuickGELU where the tag was trained with it: open_clip builds the architecture's own, and only warns."""
    quick = config.pretrained and any(about.get("quick_gelu") for about in about_open_clip(config))
    return {"force_quick_gelu": True} if quick else {}


def _open_clip(config: EncoderConfig) -> "CLIP":
    import open_clip

    name = clip_name(config)
    weights = config.checkpoint if config.checkpoint is not None else config.pretrained
    tag = None if name.startswith(_FOLDER) else weights
    required = weights is not None or name.startswith(HUB)
    options: dict[str, Any] = {**_activation(config), **config.options}
    return open_clip.create_model(name, pretrained=tag, require_pretrained=required, **options)


def _load(create: "Callable[[EncoderConfig], nn.Module]", config: EncoderConfig) -> "nn.Module":
    try:
        return create(config).float()
    except MALFORMED as error:
        weights = config.checkpoint or config.pretrained or "its weights"
        why = str(error).partition("\n")[0] or type(error).__name__
        raise BadInput(
            f"encoder: {config.kind} gives no {config.name} with {weights}: {why}", how_to_fetch(config)
        ) from error


def load_clip(config: EncoderConfig) -> "CLIP":
    """Both towers of an open_clip model in float32, trainable; random where no weights are named.

    Raises BadInput where the architecture is unknown or its weights cannot be found, read or downloaded.
    """
    return _load(_open_clip, config)


def _picture_tower(clip: "CLIP") -> "nn.Module":
    """Its pooled features alone: CoCa's gives the tokens that its captioner reads, too."""
    tower: nn.Module = clip.visual
    if getattr(tower, "output_tokens", False):
        tower.output_tokens = False  # type: ignore[assignment]  # a flag, which torch takes for a module
    return tower


def load_backbone(config: EncoderConfig) -> "nn.Module":
    """The picture tower in float32, [b, 3, h, w] -> [b, d], trainable; random where no weights are named.

    Raises BadInput where the architecture is unknown or its weights cannot be found, read or downloaded.
    """
    return _load(_timm, config) if config.kind == "timm" else _picture_tower(load_clip(config))
