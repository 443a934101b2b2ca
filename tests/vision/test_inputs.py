"""What a recipe leaves out of an encoder's input is as the model was trained."""

import json
from pathlib import Path

import pytest

from storage.errors import BadInput
from vision.config import EncoderConfig
from vision.encoders import encoder_digest, load_encoder
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
        (EncoderConfig(kind="open_clip", name="ViT-B-16-SigLIP", checkpoint=__file__), HALF),
        (EncoderConfig(kind="open_clip", name="ViT-B-32", checkpoint=__file__), CLIP),
        (EncoderConfig(kind="open_clip", name="herbarium", checkpoint=str(MODEL)), HALF),
    ],
    ids=["dinov2", "a file for timm", "clip", "siglip", "a file of siglip", "a file of clip", "a folder"],
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


def test_what_is_asked_for_is_asked_before_a_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for gigabytes to be told that two fields are missing."""
    monkeypatch.setattr("vision.encoders.load_backbone", None)
    with pytest.raises(BadInput, match=r"encoder\.mean and encoder\.std"):
        load_encoder(EncoderConfig(kind="timm", name="hf-hub:someone/some-vit"))


def test_a_file_of_an_architecture_whose_tags_differ_is_not_guessed_at() -> None:
    """OpenAI's ViT-L-14 was trained with other colors than LAION's: the error says so, and what OpenAI's needs."""
    config = EncoderConfig(kind="open_clip", name="ViT-L-14", checkpoint=__file__)
    with pytest.raises(BadInput, match="its tags differ") as caught:
        input_of(config)
    assert "encoder.mean and encoder.std" in caught.value.mend
    assert "force_quick_gelu: true" in caught.value.mend
    assert input_of(config.model_copy(update={"mean": HALF, "std": HALF})).mean == HALF


@pytest.mark.parametrize(
    ("kind", "name", "tag", "squash"),
    [
        ("open_clip", "ViT-B-16-SigLIP", "webli", True),
        ("open_clip", "ViT-B-32", "openai", False),
        ("timm", "convnext_base", "fb_in22k_ft_in1k_384", True),
        ("timm", "vit_small_patch14_dinov2", "lvd142m", False),
    ],
)
def test_pictures_are_squashed_where_the_model_was_trained_so(kind: str, name: str, tag: str, squash: bool) -> None:
    """Unless the recipe says how."""
    config = EncoderConfig.model_validate({"kind": kind, "name": name, "pretrained": tag})
    assert input_of(config).squash is squash
    assert not input_of(config.model_copy(update={"crop": "center"})).squash
    assert input_of(config.model_copy(update={"crop": "squash"})).squash


def test_a_folder_says_how_it_was_trained_to_see(tmp_path: Path) -> None:
    """Squash too, where its configuration says so."""
    about = {"model_cfg": {}, "preprocess_cfg": {"mean": HALF, "std": HALF, "resize_mode": "squash"}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(about))
    assert input_of(EncoderConfig(kind="open_clip", name="ours", checkpoint=str(tmp_path))).squash


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"preprocess_cfg": null, "model_cfg": null}', '{"model_cfg": {"text_cfg": null}}']
)
def test_a_broken_configuration_of_a_folder_is_named(tmp_path: Path, text: str) -> None:
    """Whoever reads it: for the digest, for the vocabulary, for the input."""
    path = tmp_path / "open_clip_config.json"
    path.write_text(text)
    config = EncoderConfig(kind="open_clip", name="ours", checkpoint=str(tmp_path))
    with pytest.raises(BadInput, match=rf"{path} is no configuration of open_clip's"):
        encoder_digest(config)
    if "preprocess_cfg" in text:
        with pytest.raises(BadInput, match="its preprocess_cfg is None"):
            input_of(config)
