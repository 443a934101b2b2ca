import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from sandbox.herbarium.drawing import draw_picture
from sandbox.herbarium.flora import draw_flora
from storage.errors import BadInput
from vision.backbones import load_clip
from vision.encoders import EncoderConfig, load_encoder
from vision.texts import encode_texts

PROJECT = Path(__file__).parents[2]
MODEL = PROJECT / "sandbox" / "clip" / "model"
SPECIES = [species for genus in draw_flora(0) for species in genus.targets]
NAMES = [species.name for species in SPECIES]


def _config(folder: Path) -> EncoderConfig:
    half = (0.5, 0.5, 0.5)
    return EncoderConfig(kind="open_clip", name="herbarium", checkpoint=str(folder), image_size=64, mean=half, std=half)


@pytest.fixture
def config() -> EncoderConfig:
    """The tiny CLIP that the demo embeds with."""
    return _config(MODEL)


def test_texts_become_unit_vectors(config: EncoderConfig) -> None:
    """Every text gets one float32 vector of norm 1, as wide as the picture tower's; no text gets none."""
    vectors = encode_texts(NAMES, config, "cpu")
    assert vectors.shape == (len(NAMES), load_encoder(config).dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encode_texts([], config, "cpu").shape == (0, vectors.shape[1])


def test_row_i_is_of_text_i(config: EncoderConfig) -> None:
    """In another order the texts have the same vectors in that order, a text that is there twice included."""
    mixed = [*NAMES[::-1], NAMES[3]]
    vectors = dict(zip(NAMES, encode_texts(NAMES, config, "cpu"), strict=True))
    assert np.allclose(encode_texts(mixed, config, "cpu"), [vectors[name] for name in mixed], atol=1e-5)


@pytest.mark.parametrize("size", [1, 5, 24])
def test_vectors_do_not_depend_on_the_batch(config: EncoderConfig, size: int) -> None:
    """A text's vector is the same whatever it is batched with."""
    texts = [*NAMES, "", "a " * 200]
    ours = encode_texts(texts, config, "cpu", batch_size=size)
    assert np.allclose(ours, encode_texts(texts, config, "cpu"), atol=1e-5)


def test_a_name_is_nearer_to_itself_than_to_another(config: EncoderConfig) -> None:
    """Spelled in capitals and spaced out it is still itself, and no other is as near."""
    again = encode_texts([f"  {name.upper()} " for name in NAMES], config, "cpu")
    similarity = encode_texts(NAMES, config, "cpu") @ again.T
    assert (similarity.argmax(1) == np.arange(len(NAMES))).all()
    assert np.allclose(similarity.diagonal(), 1, atol=1e-5)
    assert np.sort(similarity, axis=1)[:, -2].max() < 0.999


def test_names_lie_beside_their_pictures(config: EncoderConfig) -> None:
    """Both towers share one space: most drawings are nearest to the name of their own species."""
    rng = np.random.default_rng(0)
    pictures = load_encoder(config).encode([draw_picture(species, rng) for species in SPECIES for _ in range(4)])
    nearest = (pictures @ encode_texts(NAMES, config, "cpu").T).argmax(1)
    assert (nearest == np.repeat(np.arange(len(SPECIES)), 4)).mean() > 0.7  # chance is 1 in 24


def test_the_tower_is_frozen(config: EncoderConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in eval mode and no weight of it asks for a gradient, while the caller's own still may."""
    loaded: list[torch.nn.Module] = []

    def spy(config: EncoderConfig) -> torch.nn.Module:
        loaded.append(load_clip(config))
        return loaded[0]

    monkeypatch.setattr("vision.texts.load_clip", spy)
    encode_texts(NAMES, config, "auto")
    assert not any(module.training for module in loaded[0].modules())
    assert not any(parameter.requires_grad for parameter in loaded[0].parameters())
    assert torch.is_grad_enabled()


def test_a_moved_folder_brings_its_own_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tokenizer reads the merges in the folder, wherever its configuration says that they lay."""
    expected = encode_texts(NAMES, _config(MODEL), "cpu")
    moved = _config(Path(shutil.copytree(MODEL, tmp_path / "moved")))
    monkeypatch.chdir(tmp_path)
    assert np.allclose(encode_texts(NAMES, moved, "cpu"), expected, atol=1e-6)


def test_a_lost_vocabulary_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another vocabulary is not taken in its place."""
    folder = Path(shutil.copytree(MODEL, tmp_path / "model"))
    (folder / "merges.txt.gz").unlink()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=r"tokenizer.*merges\.txt\.gz") as caught:
        encode_texts(NAMES, _config(folder), "cpu")
    assert str(folder) in caught.value.problem
    assert "vocabulary" in caught.value.mend


def test_a_timm_model_is_refused() -> None:
    """Only CLIP-like models have a text tower, and the mend says which field to set."""
    with pytest.raises(BadInput, match=r"test_vit.* no text tower") as caught:
        encode_texts(NAMES, EncoderConfig(kind="timm", name="test_vit"), "cpu")
    assert "encoder.kind" in caught.value.mend
    assert "open_clip" in caught.value.mend


def test_random_weights_are_refused() -> None:
    """Their vectors would mean nothing."""
    with pytest.raises(BadInput, match="has no weights") as caught:
        encode_texts(NAMES, EncoderConfig(kind="open_clip", name="ViT-B-32"), "cpu")
    assert "encoder.checkpoint" in caught.value.mend


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    """As for pictures: the path, and the field to set."""
    with pytest.raises(BadInput, match="nowhere"):
        encode_texts(NAMES, _config(tmp_path / "nowhere"), "cpu")


def test_importing_it_loads_no_torch() -> None:
    """A worker that encodes nothing does not pay for it."""
    code = "import vision.texts, sys; sys.exit(any(name in sys.modules for name in ('torch', 'open_clip', 'timm')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
