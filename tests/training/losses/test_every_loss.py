"""What holds for all losses alike."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.losses.cases import (
    AUXILIARIES,
    BATCH,
    NAMES,
    TARGETS,
    VARIANTS,
    case,
    every_loss,
    renamed,
    silencing,
)
from training.config import Silence
from training.losses.base import MixedLabels

every = pytest.mark.parametrize("name", NAMES)


@every
def test_gradcheck(name: str) -> None:
    """The gradient is that of the value, under mixed and smoothed labels."""
    held = case(3)
    loss = every_loss(held)[name]
    assert torch.autograd.gradcheck(lambda logits: loss(logits, held.mixed).mean, (held.logits,))


@every
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_renaming_the_classes_renames_the_gradient(name: str, seed: int) -> None:
    """No class is treated by its number."""
    held, rng = case(seed), np.random.default_rng(seed)
    other, order = renamed(held, rng.permutation(TARGETS), rng.permutation(AUXILIARIES))
    gradients = [
        torch.autograd.grad(every_loss(one)[name](one.logits, one.mixed).mean, one.logits)[0] for one in (other, held)
    ]
    torch.testing.assert_close(gradients[0], gradients[1][:, order])


@every
def test_a_mixed_sample_has_the_mixture_of_two_losses(name: str) -> None:
    """Whatever the loss, each label counts by its share; with a share of one the second label is nothing."""
    held = case(4)
    loss = every_loss(held)[name]
    first, second = (loss.each(held.logits, labels) for labels in (held.first, held.second))
    wanted = (held.share * first + (1 - held.share) * second).mean()
    torch.testing.assert_close(loss(held.logits, held.mixed).mean, wanted)
    whole = MixedLabels(held.first, held.second, torch.ones(BATCH))
    torch.testing.assert_close(loss(held.logits, whole).mean, loss(held.logits, held.first).mean)


@every
def test_float32_inside_autocast(name: str) -> None:
    """Half-precision logits are judged in float32, whatever surrounds the loss."""
    held = case(0)
    loss, logits = every_loss(held)[name], held.logits.detach().bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        value = loss(logits, held.mixed).mean
    assert value.dtype == torch.float32
    assert float(value) == float(loss(logits.float(), held.mixed).mean)


@every
@pytest.mark.parametrize("mixed", [False, True])
def test_parts_add_up_to_the_mean(name: str, mixed: bool) -> None:
    """The losses of targets and auxiliaries, weighted by how much there is of each, are the whole."""
    held = case(1)
    mean, parts = every_loss(held)[name](held.logits, held.mixed if mixed else held.first)
    second = held.share if mixed else torch.ones(BATCH)
    share = float((second * (held.first < TARGETS) + (1 - second) * (held.second < TARGETS)).mean())
    whole = share * float(parts["target_loss"]) + (1 - share) * float(parts["auxiliary_loss"])
    assert whole == pytest.approx(float(parts["loss"]), rel=1e-6)
    assert float(parts["loss"]) == float(mean.detach())
    assert not any(part.requires_grad for part in parts.values())


@every
def test_a_part_without_samples_is_not_a_number(name: str) -> None:
    """A batch of targets alone says nothing of auxiliaries, and still has a mean."""
    held = case(2)
    mean, parts = every_loss(held)[name](held.logits, held.first % TARGETS)
    assert torch.isnan(parts["auxiliary_loss"])
    assert float(parts["target_loss"]) == pytest.approx(float(mean.detach()))


@every
def test_nothing_for_checkpoints_or_processes_to_carry(name: str) -> None:
    """A loss is remade from the recipe: no parameters to average over processes, no state in a checkpoint."""
    loss = every_loss(case(0))[name]
    assert not list(loss.parameters())
    assert not loss.state_dict()


@pytest.mark.slow
@pytest.mark.parametrize("silence", VARIANTS)
@pytest.mark.parametrize("lambda_s", [0.0, 0.1])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_compiled_without_a_break(silence: Silence, lambda_s: float, smoothing: float) -> None:
    """torch.compile gives the same values and gradients, however many places a batch silences."""
    loss = silencing(case(0), silence, lambda_s=lambda_s, label_smoothing=smoothing)
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True)
    for held in map(case, range(3)):
        for labels in (held.first, held.mixed):
            values = [one(held.logits, labels).mean for one in (loss, compiled)]
            torch.testing.assert_close(*values)
            torch.testing.assert_close(*(torch.autograd.grad(value, held.logits)[0] for value in values))
