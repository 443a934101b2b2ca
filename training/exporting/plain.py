"""A network that is nothing but a timm model: which ones are, and timm's own files of it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn

from training.config import Mode
from training.exporting.faithful import Expected, require_same
from training.exporting.files import CONFIG, WEIGHTS
from training.exporting.learned import Learned
from training.models.adapters import merged
from training.models.heads import as_linear
from vision.config import EncoderConfig
from vision.inputs import input_of
from vision.origins import has_weights, license_of
from vision.weights import HUB

TOLERANCE = 1e-5
"""How far the logits may be off."""


@dataclass(frozen=True, slots=True)
class NotPlain:
    """Why there is no timm model that gives these logits."""

    why: str


def _one_linear(model: Any, head: nn.Linear) -> bool:
    """Give a timm model a classifier of as many classes, with the head's weights; False where it has no such place."""
    model.reset_classifier(head.out_features)
    layer = model.get_classifier()
    if not isinstance(layer, nn.Linear) or layer.weight.shape != head.weight.shape or layer.bias is None:
        return False
    layer.load_state_dict({"weight": head.weight, "bias": head.bias})
    return True


def as_timm(network: nn.Module, learned: Learned) -> nn.Module | NotPlain:
    """What `network.handed_out` gave, as a timm model."""
    name = learned.encoder.name
    if learned.config.mode is Mode.FEATURES:
        return NotPlain("it classifies a frozen encoder's vectors of unit length, which no model of timm's does")
    if learned.encoder.kind != "timm":
        return NotPlain(f"its network {name} is of {learned.encoder.kind}")
    head, backbone = as_linear(network.get_submodule("head")), merged(network.get_submodule("backbone"))
    if head is None:
        return NotPlain("its logits are cosines, which no linear layer gives")
    if backbone is None:
        return NotPlain(f"what {learned.config.adapter.kind} learned lies beside the layers of {name}")
    model = deepcopy(backbone)
    if not _one_linear(model, head):
        return NotPlain(f"timm's {name} has not one linear layer for its classifier")
    return model.eval().requires_grad_(False)


def _origin(encoder: EncoderConfig) -> dict[str, str]:
    """What timm is to say of weights that are not its own; else it would name those of the architecture's default."""
    if encoder.pretrained or encoder.name.startswith(HUB):
        return {}
    return {"tag": "", "license": (license_of(encoder) if has_weights(encoder) else "") or "unknown"}


def write_timm(
    model: nn.Module, classes: Sequence[str], encoder: EncoderConfig, expected: Expected, folder: Path
) -> None:
    """Write model.safetensors and config.json; raises Unfaithful where what timm makes of them answers otherwise."""
    shape = input_of(encoder)
    data = {
        "input_size": (3, shape.size, shape.size), "mean": shape.mean, "std": shape.std,
        "interpolation": shape.interpolation, "crop_pct": shape.crop_share,
        "crop_mode": "squash" if shape.squash else "center",
    }  # fmt: skip
    timm.models.save_for_hf(
        model, str(folder), model_config={"label_names": list(classes), "pretrained_cfg": _origin(encoder)},
        safe_serialization=True, data_config=data,
    )  # fmt: skip
    (folder / WEIGHTS).chmod((folder / CONFIG).stat().st_mode)  # safetensors writes for its owner alone
    again = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    with torch.no_grad():
        require_same("the timm model", again(expected.inputs), expected.logits, TOLERANCE)
