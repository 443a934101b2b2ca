"""How a picture is brought to a model's input: as the recipe says, and else as the model was trained."""

from dataclasses import dataclass
from typing import Any

from storage.errors import BadInput
from vision.config import Color, EncoderConfig, Interpolation
from vision.origins import about_open_clip, about_timm, tagged
from vision.weights import HUB, checkpoint_of, folder_part


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
    if not about:
        return {}
    return {"resize_mode": about.crop_mode, **{name: getattr(about, name) for name in ("mean", "std", "interpolation")}}


def _of_open_clip(config: EncoderConfig) -> dict[str, Any]:
    """What the weights were trained with, where all that they may be agree; open_clip's own where it lists none."""
    import open_clip

    if config.checkpoint and (folder := checkpoint_of(config)).is_dir():
        said = [folder_part(folder, "preprocess_cfg")]
    else:
        said = about_open_clip(config) or [{}]
    first = {"mean": open_clip.OPENAI_DATASET_MEAN, "std": open_clip.OPENAI_DATASET_STD}
    known = {}
    for name in ("mean", "std", "interpolation", "resize_mode"):
        values = [each.get(name) or first.get(name) for each in said]
        if all(value == values[0] for value in values):
            known[name] = values[0]
    return known


def _trained(config: EncoderConfig) -> dict[str, Any]:
    if config.name.startswith(HUB):
        return {}  # only a download could say
    return _of_timm(config) if config.kind == "timm" else _of_open_clip(config)


def _unknown(config: EncoderConfig, missing: list[str]) -> BadInput:
    problem = f"encoder: {config.kind} does not say what {config.name} was trained with: {' and '.join(missing)}"
    mend = f"set encoder.{' and encoder.'.join(missing)} to what the model's card says"
    if config.kind == "timm" or config.name.startswith(HUB):
        return BadInput(problem, f"{mend}, or check encoder.name")
    return BadInput(
        f"{problem}; its tags differ, and a file does not say of which it is",
        f"{mend}, and for OpenAI's weights encoder.options to force_quick_gelu: true (or name the architecture that "
        "ends in -quickgelu); or bring the folder that the file came in, which says all of it",
    )


def input_of(config: EncoderConfig) -> Input:
    """The model's input; raises BadInput where neither the recipe nor the library says how it was trained."""
    known = _trained(config) | {
        name: given for name in ("mean", "std", "interpolation") if (given := getattr(config, name)) is not None
    }
    if missing := [name for name in ("mean", "std") if name not in known]:
        raise _unknown(config, missing)
    # Some were trained with a filter drawn by chance; bicubic is one of those.
    interpolation: Interpolation = "bilinear" if known.get("interpolation") == "bilinear" else "bicubic"
    squash = (config.crop or known.get("resize_mode")) == "squash"
    mean, std = tuple(known["mean"]), tuple(known["std"])
    return Input(config.image_size, squash, config.crop_share, interpolation, mean, std)
