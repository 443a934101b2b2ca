"""Networks small enough to test on, of every kind, and pictures to train them on."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from torch import Tensor, nn

from tests.training.stages import finished_stages
from training.config import Adapter, AdapterKind, Mode, TrainConfig
from training.data import TrainingSet
from training.models.whole import WholeNetwork
from training.read import read_pictures
from vision.encoders import EncoderConfig

SIDE = 32
NAMES = ("red", "green", "blue")
RESNET = EncoderConfig(kind="timm", name="test_resnet", image_size=SIDE)
VIT = EncoderConfig(kind="timm", name="test_vit", image_size=SIDE)
CLIP = EncoderConfig(
    kind="open_clip", name="tiny_of_tests", image_size=SIDE, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
)
ABOUT_CLIP: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": SIDE, "layers": 3, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
ENCODERS = {"timm": VIT, "open_clip": CLIP}


def know_the_clip(folder: Path) -> None:
    """Make open_clip know the architecture of CLIP, without weights."""
    (folder / f"{CLIP.name}.json").write_text(json.dumps(ABOUT_CLIP))
    open_clip.add_model_config(folder / f"{CLIP.name}.json")


def config_of(encoder: EncoderConfig, **told: object) -> TrainConfig:
    """Settings of a run of 8 steps that finetunes the encoder."""
    lengths = {"steps": 8, "batch_size": 6, "lr": 3e-3, "evaluate_every": 4, "log_every": 1, "save_every": 4}
    return TrainConfig.model_validate(
        {"mode": Mode.FINETUNE, "encoder": encoder, "device": "cpu", "weight_decay": 0.5} | lengths | told
    )


def network_of(encoder: EncoderConfig, **told: object) -> WholeNetwork:
    """A network of three classes, in evaluation."""
    return WholeNetwork(encoder, NAMES, config_of(encoder, **told)).eval()


def adapter_of(kind: AdapterKind) -> Adapter:
    """A narrow adapter."""
    return Adapter(kind=kind, rank=4)


def pictures(seed: int = 0, count: int = 4) -> Tensor:
    """Random inputs, [count, 3, side, side]."""
    return torch.randn(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


def stirred(module: nn.Module, seed: int = 0) -> nn.Module:
    """The module with all that learns in it moved at random: what a start at zero hides is then seen."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.1)
    return module


def drawn_set(root: Path) -> TrainingSet:
    """Colored drawings in finished stages."""
    stages = finished_stages(root)
    return read_pictures(stages.targets, stages.target_vectors, stages.shards)
