from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from safetensors.torch import save_file

from sandbox.herbarium.drawing import draw_picture
from sandbox.herbarium.flora import draw_flora
from sandbox.herbarium.objects import OBJECTS
from storage.errors import BadInput
from vision.config import EncoderConfig
from vision.encoders import load_encoder
from vision.scorers import Linear, Prompts, Scorer
from vision.texts import TextEncoder, load_texts

MODEL = Path(__file__).parents[2] / "sandbox" / "clip" / "model"
CLIP = EncoderConfig(
    kind="open_clip", name="herbarium", checkpoint=str(MODEL), image_size=64, mean=(0.5,) * 3, std=(0.5,) * 3
)
SPECIES = [species for genus in draw_flora(0) for species in genus.targets][:10]


@pytest.fixture(scope="module")
def texts() -> TextEncoder:
    """The demo's tiny CLIP, its text tower."""
    return load_texts(CLIP)


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Vectors of drawn flowers, and of drawn objects."""
    rng = np.random.default_rng(0)
    encoder = load_encoder(CLIP)
    flowers, objects = ([draw_picture(each, rng) for each in of for _ in range(2)] for of in (SPECIES, OBJECTS))
    return encoder.encode(flowers), encoder.encode(objects)


def test_prompts_tell_objects_from_flowers(texts: TextEncoder, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """A real model, and prompts in its own words: nearly every picture falls on its own side."""
    scorer = Prompts(
        kind="prompts",
        name="object",
        positive=tuple(f"a drawing of a {name}" for name in OBJECTS),
        negative=tuple(f"a drawing of {species.name}" for species in SPECIES),
    )
    flowers, objects = (scorer.load(texts)(vectors) for vectors in drawn)
    assert (objects > 0.5).mean() > 0.9
    assert (flowers < 0.5).mean() > 0.9
    assert min(flowers.min(), objects.min()) >= 0
    assert max(flowers.max(), objects.max()) <= 1
    assert scorer.load(texts)(np.zeros((0, 128), np.float32)).shape == (0,)


def test_prompts_that_are_swapped_score_the_rest(texts: TextEncoder, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """The two sides share out the whole mass, by the model's own temperature."""
    one = Prompts(kind="prompts", name="a", positive=("a house",), negative=("a rose", "a car"))
    other = Prompts(kind="prompts", name="b", positive=("a rose", "a car"), negative=("a house",))
    assert np.allclose(one.load(texts)(drawn[0]) + other.load(texts)(drawn[0]), 1)
    prompts = texts.encode([*one.positive, *one.negative])
    odds = np.exp(texts.scale * (drawn[0] @ prompts.T).astype(np.float64))
    assert np.allclose(one.load(texts)(drawn[0]), odds[:, 0] / odds.sum(1))


def test_a_shipped_scorer_needs_no_prompts(texts: TextEncoder, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """`unsafe` brings its own, which are part of what its scores depend on."""
    scorer = TypeAdapter(Scorer).validate_python({"kind": "prompts", "name": "unsafe"})
    assert scorer.load(texts)(drawn[0]).shape == (len(drawn[0]),)
    assert "naked" in scorer.digest()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "prompts", "name": "pretty"}, "has no prompts; give them, or name one of unsafe"),
        ({"kind": "prompts", "name": "pretty", "positive": ["a"]}, "positive and negative prompts, or neither"),
        ({"kind": "magic", "name": "a"}, "kind"),
    ],
)
def test_a_scorer_without_what_it_needs_is_refused(fields: dict[str, object], says: str) -> None:
    """The recipe says so before anything is loaded."""
    with pytest.raises(ValidationError, match=says):
        TypeAdapter(Scorer).validate_python(fields)


def _head(path: Path, dim: int = 128) -> Linear:
    head = torch.nn.Linear(dim, 1)
    if path.suffix == ".safetensors":
        save_file(head.state_dict(), path)
    else:
        torch.save(head.state_dict(), path)
    return Linear(kind="linear", name="aesthetic", checkpoint=str(path))


@pytest.mark.parametrize("name", ["head.pth", "head.safetensors"])
def test_a_linear_head_is_read_as_laion_writes_it(
    texts: TextEncoder, drawn: tuple[np.ndarray, np.ndarray], tmp_path: Path, name: str
) -> None:
    """A torch.nn.Linear's own weights over the unit vectors give what that layer gives."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(128, 1)
    torch.manual_seed(0)
    scores = _head(tmp_path / name).load(texts)(drawn[0])
    with torch.inference_mode():
        assert np.allclose(scores, layer(torch.from_numpy(drawn[0]))[:, 0].numpy(), atol=1e-5)


def test_a_head_counts_by_its_bytes(tmp_path: Path) -> None:
    """Not by its place."""
    torch.manual_seed(0)
    one = _head(tmp_path / "one.safetensors")
    moved = Linear(kind="linear", name="aesthetic", checkpoint=str(tmp_path / "moved.safetensors"))
    Path(moved.checkpoint).write_bytes(Path(one.checkpoint).read_bytes())
    assert one.digest() == moved.digest() != _head(tmp_path / "other.safetensors").digest()


def test_a_head_for_another_model_is_refused(texts: TextEncoder, tmp_path: Path) -> None:
    """Its width is not the clip's: both are named, and the field to set."""
    with pytest.raises(BadInput, match=r"vectors of 768 numbers.*embed\.clip have 128") as caught:
        _head(tmp_path / "head.pth", dim=768).load(texts)
    assert "embed.clip" in caught.value.mend


@pytest.mark.parametrize("content", [None, b"no weights", b"PK\x03\x04 cut"])
def test_a_head_that_cannot_be_read_is_named(texts: TextEncoder, tmp_path: Path, content: bytes | None) -> None:
    """One that is not there, and one that is something else."""
    path = tmp_path / "head.pth"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"embed\.scorers aesthetic: .*head\.pth"):
        Linear(kind="linear", name="aesthetic", checkpoint=str(path)).load(texts)


def test_a_name_is_the_mean_of_its_captions(texts: TextEncoder) -> None:
    """Unit vectors, each of the mean of the unit vectors that its captions have."""
    names, captions = ["rose", "house"], ("a photo of a {}", "a drawing of a {}")
    vectors = texts.captioned(names, captions)
    each = np.stack([texts.encode([caption.replace("{}", name) for name in names]) for caption in captions]).mean(0)
    assert np.allclose(vectors, each / np.linalg.norm(each, axis=1, keepdims=True), atol=1e-6)
    assert texts.captioned([], captions).shape == (0, 128)
