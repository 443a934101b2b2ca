"""Networks of every kind that can be trained, small, and which of them are a plain timm model."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.training.exporting.trained import CLIP, finetuned, small, trained
from training.config import Arm
from training.exporting.learned import Learned, of_stage
from training.recipe import read


@dataclass(frozen=True)
class Case:
    """An encoder by name, settings beside it, and a part of the reason why it is no plain timm model."""

    name: str
    settings: dict[str, object] = field(default_factory=dict)
    why: str = ""


PLAIN = {
    "a residual network": Case("test_resnet"),
    "a transformer": Case("test_vit"),
    "a normalized head": Case("test_vit", {"head": {"kind": "batch_norm"}}),
    "LoRA": Case("test_vit", {"adapter": {"kind": "lora", "rank": 2}}),
    "an average": Case("test_resnet", {"ema": 0.9, "drop_path": 0.1}),
    "a retrained head": Case("test_resnet", {"arms": ["retrained"], "retrain_steps": 2}),
    "a separable network": Case("test_mambaout"),
}
NOT_PLAIN = {
    "a cosine head": Case("test_resnet", {"head": {"kind": "cosine"}}, "its logits are cosines"),
    "AdaptFormer": Case("test_vit", {"adapter": {"kind": "adaptformer", "rank": 2}}, "adaptformer learned lies beside"),
    "a tower of open_clip": Case("clip", {"lr": 1e-4}, "its network herbarium is of open_clip"),
    "frozen vectors": Case("vectors", {"hidden": 8}, "a frozen encoder's vectors of unit length"),
    "frozen vectors of both sides": Case("both", {"hidden": 0}, "a frozen encoder's vectors of unit length"),
}


def _recipe(case: Case, root: Path) -> str:
    if case.name == "clip":
        return finetuned(root, CLIP, **case.settings)
    if case.name == "vectors":
        return trained(root, {"arms": ["silenced"], **case.settings}, CLIP)
    if case.name == "both":
        encoder = small("test_resnet", root).model_copy(update={"flip": True})
        return trained(root, {"arms": ["silenced"], **case.settings}, encoder)
    return finetuned(root, small(case.name, root), **case.settings)


def learned_of(case: Case, root: Path) -> Learned:
    """The case, trained."""
    recipe = _recipe(case, root)
    (arm,) = read(recipe).train.arms
    return of_stage(read(recipe), recipe, Arm(arm))
