"""The head that starts from a text tower's vectors of the class names."""

from pathlib import Path

import numpy as np
import pytest
import torch

from storage.errors import BadInput
from tests.training.models.networks import CLIP, VIT, config_of, drawn_set, network_of, pictures
from training.config import Arm, Head, HeadKind, Mode, TrainConfig
from training.fit import build, fit
from training.models.heads import CosineHead
from training.models.whole import WholeNetwork
from vision.encoders import EncoderConfig
from vision.texts import encode_texts

MODEL = Path(__file__).parents[3] / "sandbox" / "clip" / "model"
TRAINED = EncoderConfig(
    kind="open_clip", name="herbarium", checkpoint=str(MODEL), image_size=64, mean=(0.5,) * 3, std=(0.5,) * 3
)
TEXT = {"kind": "text_cosine", "scale": 50.0, "prompt": "a {} flower"}


def test_weights_are_the_names_in_the_prompt() -> None:
    """Row i is the unit vector of class i's name, put into the prompt, whatever the seed."""
    names = ["red rose", "blue bell", "red rose"]
    for seed in (0, 1):
        head = WholeNetwork(TRAINED, names, config_of(TRAINED, head=TEXT, seed=seed)).head
        assert isinstance(head, CosineHead)
        held = encode_texts(["a red rose flower", "a blue bell flower", "a red rose flower"], TRAINED, "cpu")
        assert np.allclose(head.weight.detach().numpy(), held, atol=1e-6)
        assert head.weight.requires_grad
        assert head.scale == 50


def test_untrained_it_already_is_the_clip() -> None:
    """Its logits are the scaled cosines of pictures and names, as CLIP itself classifies."""
    network = WholeNetwork(TRAINED, ["red rose", "blue bell"], config_of(TRAINED, head=TEXT)).eval()
    inputs = torch.randn(3, 3, 64, 64)
    seen = torch.nn.functional.normalize(network.features(inputs)).detach().numpy()
    theirs = 50 * seen @ encode_texts(["a red rose flower", "a blue bell flower"], TRAINED, "cpu").T
    assert np.allclose(network(inputs).detach().numpy(), theirs, atol=1e-3)


def test_targets_and_auxiliaries_are_named(tmp_path: Path) -> None:
    """A run's head has a row for each, in their order, and it learns."""
    data, config = drawn_set(tmp_path), config_of(TRAINED, head=TEXT)
    network = build(data, config, Arm.SILENCED, tmp_path).network
    names = [f"a {name} flower" for name in ("red", "green", "blue", "yellow")]
    assert (data.classes, data.auxiliaries) == (("red", "green"), ("blue", "yellow"))
    assert np.allclose(
        network.head.get_parameter("weight").detach().numpy(), encode_texts(names, TRAINED, "cpu"), atol=1e-6
    )
    short = config.model_copy(update={"steps": 2, "head": Head(kind=HeadKind.TEXT_COSINE, prompt="{}")})
    assert fit(data, short, Arm.TARGETS_ONLY, tmp_path / "run").test


def test_random_weights_have_vectors_too() -> None:
    """Of unit norm and the same for a seed: a dry run needs no checkpoint."""
    one, again, other = (network_of(CLIP, head=TEXT, seed=seed).head.get_parameter("weight") for seed in (3, 3, 4))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)
    torch.testing.assert_close(one.norm(dim=1), torch.ones(3))
    assert network_of(CLIP, head=TEXT)(pictures()).shape == (4, 3)


def test_timm_reads_no_names() -> None:
    """Should the settings not have been checked, the network is refused with a way out."""
    config = TrainConfig(mode=Mode.FINETUNE, encoder=CLIP, head=Head(kind=HeadKind.TEXT_COSINE), device="cpu")
    with pytest.raises(BadInput, match=r"test_vit of timm has no text tower.*\n.*encoder\.kind to open_clip"):
        WholeNetwork(VIT, ["a"], config)
