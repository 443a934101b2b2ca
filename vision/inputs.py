"""How a picture is brought to a model's input: as the recipe says, and else as the model was trained."""

import json
from dataclasses import dataclass
from typing import Any

from storage.errors import BadInput
from vision.config import Color, EncoderConfig, Interpolation
from vision.weights import FOLDER_CONFIG, HUB, about_timm, checkpoint_of, tagged


@dataclass(frozen=True, slots=True)
class Input:
    """A square of `size` pixels, how it is cut out and resized, and what its colors in [0, 1] are shifted by."""

    size: int
    squash: bool
    crop_share: float
    interpolation: Interpolation
    mean: Color
    std: Color


def _of_timm(config: EncoderConfig) -> dict[str, Any]:
    about = about_timm(tagged(config)) or about_timm(config.name)
    return {name: getattr(about, name) for name in ("mean", "std", "interpolation")} if about else {}


def _of_open_clip(config: EncoderConfig) -> dict[str, Any]:
    import open_clip

    if config.checkpoint and (folder := checkpoint_of(config)).is_dir():
        own: dict[str, Any] = json.loads((folder / FOLDER_CONFIG).read_text()).get("preprocess_cfg", {})
    else:
        own = open_clip.get_pretrained_cfg(config.name.replace("/", "-"), config.pretrained or "") or {}
    first = {"mean": open_clip.OPENAI_DATASET_MEAN, "std": open_clip.OPENAI_DATASET_STD, "interpolation": "bicubic"}
    return first | {name: own[name] for name in first if own.get(name)}


def _trained(config: EncoderConfig) -> dict[str, Any]:
    if config.name.startswith(HUB):
        return {}  # only a download could say
    return _of_timm(config) if config.kind == "timm" else _of_open_clip(config)


def input_of(config: EncoderConfig) -> Input:
    """The model's input; raises BadInput where neither the recipe nor the library says how it was trained."""
    known = _trained(config) | {
        name: given for name in ("mean", "std", "interpolation") if (given := getattr(config, name)) is not None
    }
    if missing := [name for name in ("mean", "std") if name not in known]:
        raise BadInput(
            f"encoder: {config.kind} does not say what {config.name} was trained with: {' and '.join(missing)}",
            f"set encoder.{' and encoder.'.join(missing)} to what the model's card says",
        )
    # Some were trained with a filter drawn by chance; bicubic is one of those.
    interpolation: Interpolation = "bilinear" if known.get("interpolation") == "bilinear" else "bicubic"
    mean, std = tuple(known["mean"]), tuple(known["std"])
    return Input(config.image_size, config.crop == "squash", config.crop_share, interpolation, mean, std)
