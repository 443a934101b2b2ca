import json
import shutil
from pathlib import Path
from typing import Any, Literal

import huggingface_hub.constants
import numpy as np
import open_clip
import pytest
import timm
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from pydantic import ValidationError
from safetensors.torch import save_file

from storage.errors import BadInput
from tests.vision.scenes import GROCERY, MOBILENET, photographs, scene
from vision.decode import decode
from vision.encoders import Encoder, EncoderConfig, encoder_digest, load_backbone, load_encoder, preprocess
from vision.inputs import input_of
from vision.origins import license_of
from vision.preprocess import square

SMALL = {"name": "test_vit", "image_size": 64, "options": {"img_size": 64}}
HALF = (0.5, 0.5, 0.5)
PICTURES = [scene(seed) for seed in range(7)]
needs_mobilenet = pytest.mark.skipif(
    not (MOBILENET.is_file() and GROCERY.is_dir()), reason="encoder or photographs are not beside the repository"
)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small timm model's weights, classifier included, as somebody might have trained them."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "test_vit.safetensors"
    save_file(timm.create_model("test_vit", num_classes=5, img_size=64).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a CLIP small enough to build in a test, known to open_clip by its file."""
    about = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 64, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1},
    }
    path = tmp_path_factory.mktemp("architectures") / "tiny_clip.json"
    path.write_text(json.dumps(about))
    open_clip.add_model_config(path)
    return path.stem


@pytest.fixture
def config(checkpoint: Path) -> EncoderConfig:
    """The small model with its weights."""
    return EncoderConfig(kind="timm", checkpoint=str(checkpoint), **SMALL)


@pytest.fixture(scope="module")
def loaded(checkpoint: Path) -> dict[str, Encoder]:
    """The small model by its precision."""
    config = EncoderConfig(kind="timm", checkpoint=str(checkpoint), **SMALL)
    return {name: load_encoder(config.model_copy(update={"precision": name})) for name in ("fp32", "bf16")}


def test_vectors_have_unit_norm_and_the_stated_dimension(config: EncoderConfig) -> None:
    """Every picture gets one float32 vector of norm 1."""
    encoder = load_encoder(config)
    vectors = encoder.encode(PICTURES)
    assert vectors.shape == (7, encoder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_vectors_do_not_depend_on_the_batch(config: EncoderConfig, size: int) -> None:
    """A picture's vector is the same whatever it is batched with."""
    encoder = load_encoder(config)
    batches = [encoder.encode(PICTURES[start : start + size]) for start in range(0, 7, size)]
    assert np.allclose(np.concatenate(batches), encoder.encode(PICTURES), atol=1e-5)


def test_flip_makes_vectors_blind_to_mirroring(config: EncoderConfig) -> None:
    """With `flip` a picture and its mirror image have one vector; without, they do not."""
    mirrored = [ImageOps.mirror(picture) for picture in PICTURES]
    blind, seeing = load_encoder(config.model_copy(update={"flip": True})), load_encoder(config)
    assert np.allclose(blind.encode(PICTURES), blind.encode(mirrored), atol=1e-5)
    assert not np.allclose(seeing.encode(PICTURES), seeing.encode(mirrored), atol=1e-3)


def test_digest_is_of_the_weights_and_not_of_their_path(config: EncoderConfig, tmp_path: Path) -> None:
    """Moved weights have the same digest; other weights and another input size have another."""
    weights = Path(config.checkpoint or "").read_bytes()
    moved, changed = tmp_path / "moved.safetensors", tmp_path / "changed.safetensors"
    moved.write_bytes(weights)
    changed.write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    digests = [encoder_digest(config.model_copy(update={"checkpoint": str(path)})) for path in (moved, changed)]
    assert digests[0] == encoder_digest(config) == load_encoder(config).digest
    assert digests[1] != digests[0] != encoder_digest(config.model_copy(update={"crop_share": 0.9}))


def test_configs_are_equal_by_value_and_hashable(config: EncoderConfig) -> None:
    """A loaded encoder can be cached by its config, options and all."""
    assert {config: 1}[EncoderConfig(kind="timm", checkpoint=config.checkpoint, **SMALL)] == 1


def test_equal_configs_have_one_hash(config: EncoderConfig) -> None:
    """In whichever order their options stand."""
    one, other = (
        config.model_copy(update={"options": dict(order)})
        for order in ([("a", 1), ("b", True)], [("b", 1), ("a", 1.0)])
    )
    assert one == other
    assert hash(one) == hash(other)


def test_open_clip_gives_its_picture_tower(tiny_clip: str, tmp_path: Path) -> None:
    """A local open_clip checkpoint gives the picture tower's vectors, as open_clip computes them."""
    torch.manual_seed(0)
    model = open_clip.create_model(tiny_clip).eval()
    torch.save(model.state_dict(), tmp_path / "clip.pt")
    config = EncoderConfig(kind="open_clip", name=tiny_clip, checkpoint=str(tmp_path / "clip.pt"), image_size=64)
    with torch.inference_mode():
        batch = torch.stack([preprocess(config)(picture) for picture in PICTURES])
        theirs = model.encode_image(batch, normalize=True).numpy()
    assert np.allclose(load_encoder(config).encode(PICTURES), theirs, atol=1e-5)


@pytest.fixture
def clip_folder(tiny_clip: str, tmp_path: Path) -> Path:
    """A small CLIP as open_clip saves one to a folder: its configuration, its weights and a card."""
    torch.manual_seed(0)
    folder = tmp_path / "clip"
    folder.mkdir()
    about = {"model_cfg": open_clip.get_model_config(tiny_clip), "preprocess_cfg": {}}
    (folder / "open_clip_config.json").write_text(json.dumps(about))
    save_file(open_clip.create_model(tiny_clip).state_dict(), folder / "open_clip_model.safetensors")
    (folder / "README.md").write_text("a card")
    return folder


def _of_folder(folder: Path) -> EncoderConfig:
    return EncoderConfig(kind="open_clip", name="ours", checkpoint=str(folder), image_size=64)


def test_a_folder_of_open_clip_brings_its_own_architecture(clip_folder: Path, tiny_clip: str) -> None:
    """The vectors are those of the same weights under the architecture's name."""
    weights = str(clip_folder / "open_clip_model.safetensors")
    named = EncoderConfig(kind="open_clip", name=tiny_clip, checkpoint=weights, image_size=64)
    ours = load_encoder(_of_folder(clip_folder)).encode(PICTURES)
    assert np.allclose(ours, load_encoder(named).encode(PICTURES), atol=1e-6)


def test_a_folders_digest_is_of_its_model(clip_folder: Path, tmp_path: Path) -> None:
    """Not of its place nor of its card, but of its configuration and of its weights."""
    moved = Path(shutil.copytree(clip_folder, tmp_path / "moved"))
    (moved / "README.md").write_text("another card")
    assert encoder_digest(_of_folder(moved)) == encoder_digest(_of_folder(clip_folder))
    for name in ("open_clip_config.json", "open_clip_model.safetensors"):
        changed = Path(shutil.copytree(clip_folder, tmp_path / name))
        (changed / name).write_bytes((changed / name).read_bytes() + b" ")
        assert encoder_digest(_of_folder(changed)) != encoder_digest(_of_folder(clip_folder))


def test_a_folders_digest_is_of_its_vocabulary(clip_folder: Path) -> None:
    """The texts' vectors depend on it, wherever it lies."""
    before = encoder_digest(_of_folder(clip_folder))
    (clip_folder / "merges.txt.gz").write_bytes(b"1")
    inside = encoder_digest(_of_folder(clip_folder))
    (clip_folder / "merges.txt.gz").rename(clip_folder.parent / "merges.txt.gz")
    path = clip_folder / "open_clip_config.json"
    about = json.loads(path.read_text())
    about["model_cfg"]["text_cfg"]["tokenizer_kwargs"] = {"bpe_path": str(clip_folder.parent / "merges.txt.gz")}
    path.write_text(json.dumps(about))
    beside = encoder_digest(_of_folder(clip_folder))
    (clip_folder.parent / "merges.txt.gz").write_bytes(b"2")
    assert len({before, inside, beside, encoder_digest(_of_folder(clip_folder))}) == 4


@pytest.mark.parametrize("lost", ["open_clip_config.json", "open_clip_model.safetensors"])
def test_a_folder_that_lacks_something_is_refused(clip_folder: Path, lost: str) -> None:
    """Neither random weights nor another architecture are taken in its place."""
    (clip_folder / lost).unlink()
    with pytest.raises(BadInput, match="encoder") as caught:
        load_encoder(_of_folder(clip_folder))
    assert str(clip_folder) in caught.value.problem


def test_timm_is_told_that_it_takes_a_file(clip_folder: Path) -> None:
    """The folder is there; it is the kind that is wrong."""
    with pytest.raises(BadInput, match="is a folder, and timm takes a file"):
        load_encoder(EncoderConfig(kind="timm", name="test_vit", checkpoint=str(clip_folder)))


def test_backbone_is_trainable(config: EncoderConfig) -> None:
    """For fine-tuning, gradients reach the backbone; without named weights it starts at random."""
    backbone = load_backbone(EncoderConfig(kind="timm", **SMALL))
    backbone(torch.zeros(2, 3, 64, 64)).sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())


@pytest.mark.usefixtures("tiny_clip")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"checkpoint": "/nowhere/weights.safetensors"}, "/nowhere/weights.safetensors"),
        ({"name": "no_such_net"}, "no_such_net"),
        ({"name": "test_resnet", "options": {}}, "test_resnet"),
        ({"options": {"nonsense": 1}}, "nonsense"),
        ({"checkpoint": None}, "has no weights"),
        ({"checkpoint": None, "pretrained": "no_such_tag"}, "no_such_tag"),
        ({"kind": "open_clip", "name": "tiny_clip", "options": {}}, "tiny_clip"),
    ],
    ids=[
        "no file",
        "no architecture",
        "another architecture",
        "unknown option",
        "no weights",
        "no tag",
        "weights of another",
    ],
)
def test_unusable_weights_are_named_with_a_mend(config: EncoderConfig, change: dict[str, object], named: str) -> None:
    """What is wrong with the encoder is said before any picture is read."""
    with pytest.raises(BadInput) as caught:
        load_encoder(config.model_copy(update=change))
    assert named in caught.value.problem
    assert "encoder." in caught.value.mend


@pytest.mark.parametrize(
    ("kind", "name", "tag", "repository"),
    [
        ("timm", "vit_small_patch14_dinov2", "lvd142m", "timm/vit_small_patch14_dinov2.lvd142m"),
        ("open_clip", "ViT-B-32", "laion2b_s34b_b79k", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
        ("open_clip", "ViT-L/14", "openai", "timm/vit_large_patch14_clip_224.openai"),
        ("open_clip", "hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K", None, "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
    ],
)
def test_weights_that_cannot_be_downloaded_say_how_to_fetch_them(
    monkeypatch: pytest.MonkeyPatch, kind: str, name: str, tag: str | None, repository: str
) -> None:
    """Without a way to the hub, the error names the repository to fetch on another machine and the field to set."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(BadInput) as caught:
        load_encoder(EncoderConfig(kind=kind, name=name, pretrained=tag, mean=HALF, std=HALF))
    assert f"hf download {repository} --local-dir" in caught.value.mend
    assert "encoder.checkpoint" in caught.value.mend


def test_dinov2_reads_a_local_file_at_another_size(tmp_path: Path) -> None:
    """Weights for its own 518 pixels serve a recipe's 112: the positions are resampled as timm does it."""
    torch.manual_seed(0)
    path = tmp_path / "dinov2.safetensors"
    small: dict[str, Any] = {"depth": 1, "embed_dim": 48, "num_heads": 3}
    whole = timm.create_model("vit_small_patch14_dinov2", num_classes=0, **small)
    save_file(whole.state_dict(), path)
    config = EncoderConfig(
        kind="timm", name="vit_small_patch14_dinov2", checkpoint=str(path), image_size=112, options=small
    )
    encoder = load_encoder(config)
    assert (encoder.dim, encoder.image_size) == (48, 112)
    whole.set_input_size(img_size=(112, 112))  # type: ignore[operator]  # of timm's own modules
    with torch.inference_mode():
        batch = torch.stack([preprocess(config)(picture) for picture in PICTURES])
        theirs = torch.nn.functional.normalize(whole.eval()(batch)).numpy()
    assert np.allclose(encoder.encode(PICTURES), theirs, atol=1e-5)


def test_a_size_that_the_network_does_not_take_is_named(tmp_path: Path) -> None:
    """Where the recipe's options say another size than its input has."""
    path = tmp_path / "vit.safetensors"
    options: dict[str, Any] = {"img_size": 56, "depth": 1, "embed_dim": 48, "num_heads": 3}
    save_file(timm.create_model("vit_small_patch14_dinov2", num_classes=0, **options).state_dict(), path)
    config = EncoderConfig(kind="timm", name="vit_small_patch14_dinov2", checkpoint=str(path), options=options)
    with pytest.raises(BadInput, match="takes no pictures of 224 pixels") as caught:
        load_encoder(config)
    assert "encoder.image_size" in caught.value.mend


def test_an_encoder_says_what_it_is(config: EncoderConfig) -> None:
    """Dimension, input size, digest, and the license where the recipe or the library says it."""
    encoder = load_encoder(config.model_copy(update={"license": "mit"}))
    assert (encoder.dim, encoder.image_size, encoder.license) == (64, 64, "mit")
    assert encoder.digest == encoder_digest(config)
    assert license_of(EncoderConfig(kind="timm", name="vit_small_patch14_dinov2", pretrained="lvd142m")) == "apache-2.0"
    assert license_of(config) == ""


@pytest.mark.parametrize(("precision", "bound"), [("fp32", 1e-5), ("bf16", 1e-3)])
@given(size=st.integers(1, 7))
@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_vectors_do_not_depend_on_the_batch_in_any_precision(
    loaded: dict[str, Encoder], precision: str, bound: float, size: int
) -> None:
    """Whatever a picture is batched with, a ragged last batch included; float32 of unit norm in all of them."""
    encoder = loaded[precision]
    batches = np.concatenate([encoder.encode(PICTURES[start : start + size]) for start in range(0, 7, size)])
    assert batches.dtype == np.float32
    assert np.allclose(np.linalg.norm(batches, axis=1), 1, atol=1e-6)
    assert np.allclose(batches, encoder.encode(PICTURES), atol=bound)


def test_precision_is_part_of_what_vectors_depend_on(loaded: dict[str, Encoder]) -> None:
    """Half precision changes them a little, so their digest is another; compiling is not part of it."""
    exact, half = loaded["fp32"], loaded["bf16"]
    assert exact.digest != half.digest
    assert encoder_digest(exact.config.model_copy(update={"compile": True, "license": "mit"})) == exact.digest
    cosines = (exact.encode(PICTURES) * half.encode(PICTURES)).sum(1)
    assert 0.999 < cosines.min() < 1


def test_one_source_of_weights() -> None:
    """A checkpoint and a tag at once contradict each other."""
    with pytest.raises(ValidationError, match="not both"):
        EncoderConfig(kind="timm", name="test_vit", checkpoint="a", pretrained="b")


@pytest.mark.parametrize("crop", ["center", "squash"])
def test_preprocess_scales_and_normalizes(crop: str) -> None:
    """Any picture becomes [3, size, size] with mean and std taken out."""
    config = EncoderConfig(kind="timm", name="test_vit", image_size=32, crop=crop, mean=(0.5,) * 3, std=(0.5,) * 3)
    tensor = preprocess(config)(Image.new("RGB", (90, 41), (255, 0, 51)))
    assert tensor.shape == (3, 32, 32)
    assert torch.allclose(tensor.mean((1, 2)), torch.tensor([1.0, -1.0, -0.6]), atol=1e-3)


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_squares_are_what_pillow_makes(interpolation: Literal["bicubic", "bilinear"]) -> None:
    """The reference resizing of both libraries, to a level here and there."""
    config = EncoderConfig(kind="timm", name="test_vit", image_size=96, interpolation=interpolation)
    picture = scene(3, 301, 240)
    kept = picture.crop((30, 0, 270, 240))
    theirs = np.asarray(kept.resize((96, 96), Image.Resampling[interpolation.upper()])).astype(int)
    apart = np.abs(square(picture, input_of(config)).astype(int) - theirs)
    assert apart.max() <= 2
    assert apart.mean() < 0.1


def test_center_crop_leaves_the_sides_out_and_squash_does_not() -> None:
    """What lies at the ends of a long picture is seen only when it is squashed."""
    picture = Image.new("RGB", (300, 100), "black")
    picture.paste("white", (0, 0, 90, 100))
    configs = [EncoderConfig(kind="timm", name="test_vit", image_size=16, crop=crop) for crop in ("center", "squash")]
    center, squash = (preprocess(config)(picture) for config in configs)
    assert center.amax() < 0 < squash.amax()


@needs_mobilenet
def test_photographs_of_one_class_are_nearer_than_of_others() -> None:
    """The real encoder puts photographs of one variety closer together than those of several."""
    config = EncoderConfig(
        kind="timm", name="mobilenetv1_100", checkpoint=str(MOBILENET), options={"pad_type": "same"},
        mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5),
    )  # fmt: skip
    lemons = sorted((GROCERY / "train/Fruit/Lemon").glob("*.jpg"))[:6]
    encoder = load_encoder(config)
    same, mixed = (encoder.encode([decode(p.read_bytes(), 10**8) for p in ps]) for ps in (lemons, photographs(6)))
    assert encoder.dim == 1024
    assert (same @ same.T).mean() > (mixed @ mixed.T).mean() + 0.1
