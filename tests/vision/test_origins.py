"""Weights by a tag, of the hub, or brought here by hand: the same model, or an error that says what to do."""

import json
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import open_clip
import open_clip.pretrained
import pytest
import timm
import timm.models._factory
import torch
from safetensors.torch import save_file

from storage.errors import BadInput
from tests.vision.scenes import scene
from vision.config import EncoderConfig
from vision.encoders import load_encoder
from vision.inputs import input_of
from vision.origins import how_to_fetch, repository_of
from vision.texts import load_texts

PICTURES = [scene(seed) for seed in range(3)]
HALF = (0.5, 0.5, 0.5)
TINY: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1},
}


def _architecture(folder: Path, name: str, about: dict[str, Any]) -> str:
    """Make open_clip know a model; the name again."""
    (folder / f"{name}.json").write_text(json.dumps(about))
    open_clip.add_model_config(folder / f"{name}.json")
    return name


def test_a_timm_model_of_the_hub_never_starts_at_random(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its configuration is here and its weights are not, it is refused."""
    about = {"hf_hub_id": "someone/trained", "num_classes": 5, "input_size": (3, 64, 64)}
    known = lambda *_, **__: (about, "test_vit", {"img_size": 64})  # noqa: E731
    monkeypatch.setattr(timm.models._factory, "load_model_config_from_hf", known)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    config = EncoderConfig(kind="timm", name="hf-hub:someone/trained", image_size=64, mean=HALF, std=HALF)
    with pytest.raises(BadInput, match=r"hf-hub:someone/trained with its weights") as caught:
        load_encoder(config)
    assert "hf download someone/trained" in caught.value.mend
    assert "encoder.name to what config.json in it says" in caught.value.mend
    assert "HF_HUB_OFFLINE=1" in caught.value.mend


def test_a_model_that_was_brought_here_sees_as_its_tag_does() -> None:
    """Whoever follows the error's mend has the same input, for every one of timm's tags."""
    for full in timm.list_pretrained():
        name, _, tag = full.partition(".")
        tagged = EncoderConfig(kind="timm", name=name, pretrained=tag)
        brought = EncoderConfig(kind="timm", name=full, checkpoint="model.safetensors")
        assert input_of(tagged) == input_of(brought)
    mend = how_to_fetch(EncoderConfig(kind="timm", name="vit_small_patch16_224", pretrained="dino"))
    assert "encoder.name to vit_small_patch16_224.dino, encoder.checkpoint to model.safetensors" in mend


def test_a_file_in_a_repository_is_named() -> None:
    """Where the library takes one file of it alone, the folder is no model of its own."""
    mend = how_to_fetch(EncoderConfig(kind="open_clip", name="ViTamin-S", pretrained="datacomp1b"))
    assert "encoder.checkpoint to pytorch_model.bin in it" in mend


def test_weights_that_no_hub_has_are_named_by_their_address() -> None:
    """timm keeps a few elsewhere."""
    mend = how_to_fetch(EncoderConfig(kind="timm", name="legacy_senet154", pretrained="in1k"))
    known = timm.models.get_pretrained_cfg("legacy_senet154.in1k")
    assert known is not None
    assert f"fetch {known.url} on another" in mend
    assert "set encoder.name to legacy_senet154.in1k, encoder.checkpoint to it" in mend


def test_no_tag_of_either_library_is_without_advice() -> None:
    """Each names a repository of an owner and a name, or an address."""
    of_timm = [(*full.split(".", 1), "timm") for full in timm.list_pretrained()]
    of_open_clip = [(name, tag, "open_clip") for name, tag in open_clip.list_pretrained()]
    for name, tag, kind in of_timm + of_open_clip:
        config = EncoderConfig.model_validate({"kind": kind, "name": name, "pretrained": tag})
        repository = repository_of(config)
        assert repository.count("/") == (1 if repository else 0)
        assert repository or "fetch https://" in how_to_fetch(config), f"{name}.{tag} of {kind}"


def test_a_name_with_its_tag_takes_a_local_file(tmp_path: Path) -> None:
    """The architecture is that of the name without it."""
    path = tmp_path / "model.safetensors"
    save_file(timm.create_model("test_vit", num_classes=0, img_size=64).state_dict(), path)
    options: dict[str, Any] = {"image_size": 64, "options": {"img_size": 64}}
    plain, tagged = (
        load_encoder(EncoderConfig(kind="timm", name=name, checkpoint=str(path), **options))
        for name in ("test_vit", "test_vit.r160_in1k")
    )
    assert tagged.input == plain.input
    assert (tagged.encode(PICTURES) == plain.encode(PICTURES)).all()


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, EncoderConfig]:
    """Weights that were trained with QuickGELU: as a tag, as a file with and without the option, as they were made."""
    path = tmp_path / "w.pt"
    tags = {"ours": {"file": str(path), "quick_gelu": True}}
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, "tiny_gelu", tags)
    plain = _architecture(tmp_path, "tiny_gelu", TINY)
    made = _architecture(tmp_path, "tiny_quick", TINY | {"quick_gelu": True})
    torch.manual_seed(0)
    model = open_clip.create_model(made)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    torch.save(model.state_dict(), path)
    tag = EncoderConfig(kind="open_clip", name=plain, pretrained="ours", image_size=64)
    file = tag.model_copy(update={"pretrained": None, "checkpoint": str(path), "mean": HALF, "std": HALF})
    forced = file.model_copy(update={"options": {"force_quick_gelu": True}})
    return {
        "tag": tag.model_copy(update={"mean": HALF, "std": HALF}), "file": file, "forced": forced,
        "made": file.model_copy(update={"name": made}),
    }  # fmt: skip


def test_a_tag_brings_the_activation_that_it_was_trained_with(quick: dict[str, EncoderConfig]) -> None:
    """As the model that was made has it, for pictures and for texts; a file needs the option for it."""
    encoders = {name: load_encoder(config) for name, config in quick.items()}
    vectors = {name: encoder.encode(PICTURES) for name, encoder in encoders.items()}
    for name in ("tag", "forced"):
        assert vectors[name] == pytest.approx(vectors["made"], abs=1e-6)
    assert vectors["file"] != pytest.approx(vectors["made"], abs=1e-3)
    tokens = torch.ones(1, 8, dtype=torch.int64)
    read = [load_texts(quick[name]).tower.encode_text(tokens).numpy() for name in ("tag", "made")]
    assert read[0] == pytest.approx(read[1], abs=1e-6)


def test_coca_gives_its_pooled_features(tmp_path: Path) -> None:
    """As its own encode_image does; the tokens of its captioner are none of ours."""
    heads = {"width": 64, "heads": 2, "layers": 1, "vocab_size": 64}
    about = open_clip.get_model_config("coca_ViT-B-32") | {"embed_dim": 64}
    about["vision_cfg"].update(image_size=64, layers=1, width=64, patch_size=16, head_width=32)
    about["text_cfg"].update(heads)
    about["multimodal_cfg"].update(heads)
    name = _architecture(tmp_path, "tiny_coca", about)
    model = open_clip.create_model(name).eval()
    torch.save(model.state_dict(), tmp_path / "coca.pt")
    encoder = load_encoder(
        EncoderConfig(kind="open_clip", name=name, checkpoint=str(tmp_path / "coca.pt"), image_size=64)
    )
    with torch.inference_mode():
        theirs = model.encode_image(encoder.inputs([encoder.square(picture) for picture in PICTURES])).numpy()
    assert encoder.dim == 64
    assert encoder.encode(PICTURES) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("kind", ["timm", "open_clip"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.safetensors", None),
        ("pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n"),
        ("empty.pth", b""),
        ("page.pth", b"<html>not found</html>" * 9),
        ("other.pth", {"epoch": 3}),
    ],
)
def test_a_file_that_holds_no_weights_is_named(
    tmp_path: Path, kind: Any, name: str, content: bytes | dict[str, int] | None
) -> None:
    """Cut short, a pointer, nothing, a page that says that it is not there, or something else of torch's."""
    path = tmp_path / name
    if isinstance(content, dict):
        torch.save(content, path)
    elif content is None:
        save_file(timm.create_model("test_vit", num_classes=0, img_size=64).state_dict(), path)
        path.write_bytes(path.read_bytes()[:-1000])
    else:
        path.write_bytes(content)
    model = "test_vit" if kind == "timm" else _architecture(tmp_path, "tiny_broken", TINY)
    config = EncoderConfig(kind=kind, name=model, checkpoint=str(path), image_size=64, mean=HALF, std=HALF)
    with pytest.raises(BadInput, match=rf"encoder: .*{name}") as caught:
        load_encoder(config)
    assert "encoder.checkpoint is whole" in caught.value.mend
