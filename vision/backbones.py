"""Backbones with their weights, from timm or open_clip, as one kind of module."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from vision.config import EncoderConfig

if TYPE_CHECKING:
    from open_clip import CLIP
    from torch import nn

_FOLDER = "local-dir:"
_FOLDER_CONFIG = "open_clip_config.json"
_MODEL_FILES = {".json", ".safetensors", ".bin", ".pt", ".pth"}


def encoder_digest(config: EncoderConfig) -> str:
    """What the vectors depend on: architecture, input and the weights' bytes (their tag where they are downloaded)."""
    if config.checkpoint is None:
        return fingerprint(config)
    return fingerprint(config, *(_file_digest(path) for path in _weights(_checkpoint(config))))


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _weights(checkpoint: Path) -> list[Path]:
    """The file, or a folder's files that make the model; a card beside them does not."""
    if checkpoint.is_file():
        return [checkpoint]
    return sorted(path for path in checkpoint.iterdir() if path.suffix in _MODEL_FILES)


def _checkpoint(config: EncoderConfig) -> Path:
    path = Path(config.checkpoint or "")
    if path.is_file() or (config.kind == "open_clip" and (path / _FOLDER_CONFIG).is_file()):
        return path
    if path.is_dir() and config.kind == "timm":
        raise BadInput(
            f"encoder.checkpoint: {path} is a folder, and timm takes a file of weights",
            "name the file in it, or set encoder.kind to open_clip for a folder of open_clip's",
        )
    raise BadInput(
        f"encoder.checkpoint: there is no file {path}, nor a folder of open_clip's with its {_FOLDER_CONFIG}",
        "set it to weights that are there, or leave it out and set encoder.pretrained to a tag to download",
    )


def _timm(config: EncoderConfig) -> "nn.Module":
    import timm

    name = f"{config.name}.{config.pretrained}" if config.pretrained else config.name
    # 0 classes: the pooled features, without the classifier that was trained with them.
    options: dict[str, Any] = {"num_classes": 0, **config.options}
    model: nn.Module = timm.create_model(name, pretrained=config.pretrained is not None, **options)
    if config.checkpoint is not None:
        found = timm.models.load_checkpoint(model, str(_checkpoint(config)), strict=False)
        if found.missing_keys:  # what it holds beyond the model is its classifier
            raise RuntimeError(f"it lacks {', '.join(found.missing_keys[:3])}")
    return model


def clip_name(config: EncoderConfig) -> str:
    """What open_clip calls the model: a folder by its place, else the architecture by its name."""
    if config.checkpoint is not None and (checkpoint := _checkpoint(config)).is_dir():
        return f"{_FOLDER}{checkpoint}"
    # ViT-B/32 is ViT-B-32 to its models but not to its tokenizers; hf-hub:owner/model is a place.
    return config.name if ":" in config.name else config.name.replace("/", "-")


def _open_clip(config: EncoderConfig) -> "CLIP":
    import open_clip

    name = clip_name(config)
    weights = config.checkpoint if config.checkpoint is not None else config.pretrained
    tag = None if name.startswith(_FOLDER) else weights
    return open_clip.create_model(name, pretrained=tag, require_pretrained=weights is not None, **config.options)


def _load(create: "Callable[[EncoderConfig], nn.Module]", config: EncoderConfig) -> "nn.Module":
    try:
        return create(config).float()
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        weights, why = config.checkpoint or config.pretrained or "random weights", str(error).partition("\n")[0]
        raise BadInput(
            f"encoder: {config.kind} gives no {config.name} with {weights}: {why}",
            "check encoder.name, pretrained and options; where this machine cannot reach the hub, fetch the weights on "
            f"another (hf download REPO, the repository that {config.kind} names for the tag), bring the file here and "
            "set encoder.checkpoint to it instead of encoder.pretrained",
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
