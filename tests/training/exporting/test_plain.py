"""Which networks are a plain timm model, and that what timm reads again gives the logits of training."""

from pathlib import Path

import pytest
import timm
import torch

from storage.errors import Unfaithful
from tests.training.exporting.cases import NOT_PLAIN, PLAIN, learned_of
from tests.training.exporting.trained import masked
from training.exporting.faithful import Expected, expected
from training.exporting.network import handed_out
from training.exporting.plain import NotPlain, as_timm, write_timm
from vision.config import EncoderConfig


@pytest.mark.parametrize("name", PLAIN)
def test_timm_gives_the_masked_logits_of_training(name: str, tmp_path: Path) -> None:
    """To 1e-5, on every test picture, of as many classes as there are targets."""
    learned = learned_of(PLAIN[name], tmp_path)
    model = as_timm(handed_out(learned), learned)
    assert not isinstance(model, NotPlain), model.why
    write_timm(model, learned.data.classes, learned.encoder, expected(learned), tmp_path / "out")
    inputs, logits = masked(learned)
    again = timm.create_model(f"local-dir:{tmp_path / 'out'}", pretrained=True).eval()
    with torch.no_grad():
        found = again(inputs)
    assert found.shape == logits.shape == (4, 2)
    assert float((found - logits).abs().max()) <= 1e-5 * max(1.0, float(logits.abs().max()))
    assert torch.equal(masked(learned)[1], logits)  # the run's own network is left as it was


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_more_than_a_timm_model_says_why(name: str, tmp_path: Path) -> None:
    """And what is handed out in its stead gives the logits of training."""
    learned = learned_of(NOT_PLAIN[name], tmp_path)
    network, told = handed_out(learned), expected(learned)
    made = as_timm(network, learned)
    assert isinstance(made, NotPlain)
    assert NOT_PLAIN[name].why in made.why
    with torch.no_grad():
        found = network(told.inputs)
    assert found.shape == (4, 2)
    assert float((found - told.logits).abs().max()) <= 1e-5 * max(1.0, float(told.logits.abs().max()))


def test_expected_logits_are_those_of_evaluation(tmp_path: Path) -> None:
    """Of pictures of the test split, and of vectors as the embed stage holds them."""
    for place, case in enumerate((PLAIN["a residual network"], NOT_PLAIN["frozen vectors"])):
        root = tmp_path / str(place)
        root.mkdir()
        learned = learned_of(case, root)
        found, (_, logits) = expected(learned).logits, masked(learned)
        assert float((found - logits).abs().max()) < 1e-4


def test_a_model_that_answers_otherwise_is_not_written(root: Path, tmp_path: Path) -> None:
    """Here one whose classes changed places."""
    model = timm.create_model(f"local-dir:{root / 'out'}", pretrained=True).eval()
    inputs = torch.zeros(2, 3, 32, 32)
    with torch.no_grad():
        turned = Expected(inputs, model(inputs).flip(1))
    encoder = EncoderConfig(kind="timm", name="test_resnet", image_size=32)
    with pytest.raises(Unfaithful, match=r"logits of the timm model are .* off those of the training"):
        write_timm(model, ("a", "b"), encoder, turned, tmp_path / "out")
