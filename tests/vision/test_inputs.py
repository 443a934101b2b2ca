"""What a recipe leaves out of an encoder's input is as the model was trained."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from vision.config import EncoderConfig
from vision.inputs import input_of

MODEL = Path(__file__).parents[2] / "sandbox" / "clip" / "model"
HALF, IMAGENET = (0.5, 0.5, 0.5), (0.485, 0.456, 0.406)
CLIP = (0.48145466, 0.4578275, 0.40821073)


@pytest.mark.parametrize(
    ("config", "mean"),
    [
        (EncoderConfig(kind="timm", name="vit_small_patch14_dinov2", pretrained="lvd142m"), IMAGENET),
        (EncoderConfig(kind="timm", name="mobilenetv1_100", checkpoint="some.safetensors"), HALF),
        (EncoderConfig(kind="open_clip", name="ViT-B/32", pretrained="laion2b_s34b_b79k"), CLIP),
        (EncoderConfig(kind="open_clip", name="ViT-B-16-SigLIP", pretrained="webli"), HALF),
        (EncoderConfig(kind="open_clip", name="herbarium", checkpoint=str(MODEL)), HALF),
    ],
    ids=["dinov2", "a file for timm", "clip", "siglip", "a folder"],
)
def test_colors_are_shifted_as_the_model_was_trained(config: EncoderConfig, mean: tuple[float, ...]) -> None:
    """Whichever library knows it, without a download."""
    assert input_of(config).mean == pytest.approx(mean)


def test_a_recipe_has_the_last_word() -> None:
    """What it says is taken; what it leaves out is still the model's."""
    config = EncoderConfig(kind="open_clip", name="ViT-B-32", pretrained="openai", mean=HALF, interpolation="bilinear")
    found = input_of(config)
    assert (found.mean, found.interpolation) == (HALF, "bilinear")
    assert found.std == pytest.approx((0.26862954, 0.26130258, 0.27577711))


def test_what_only_a_download_could_say_is_asked_for() -> None:
    """A model of the hub must be told of, and the error says by which fields."""
    config = EncoderConfig(kind="open_clip", name="hf-hub:someone/some-clip")
    with pytest.raises(BadInput, match=r"encoder\.mean and encoder\.std"):
        input_of(config)
