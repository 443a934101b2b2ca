"""Two steps of a network with random weights: what they count is what there is."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from storage.errors import BadInput, Diverged
from training.config import Head, HeadKind, TrainConfig
from training.data import check
from training.priors import epoch_counts
from training.sizing.generated import GeneratedFeed, planned_set
from training.sizing.measure import Measured, measure, unweighted
from training.sizing.plan import Plan
from vision.encoders import load_backbone

ENCODER = {"kind": "timm", "name": "test_vit", "pretrained": "no_such_tag", "image_size": 160}


def _plan(encoder: dict[str, Any] = ENCODER, **settings: Any) -> Plan:
    fields = {"mode": "finetune", "device": "cpu", "encoder": encoder, **settings}
    return Plan("tried", (30, 8, 3), 5, TrainConfig.model_validate(fields))


def _measured(**settings: Any) -> Measured:
    return measure(_plan(**settings), batch=2)


def test_the_planned_set_is_one_that_can_be_trained_on() -> None:
    """Every neighbor has a parent, and as many pictures as an epoch may draw of it."""
    plan = _plan()
    data = planned_set(plan)
    check(data)
    assert len(data.auxiliaries) == 5
    assert data.edges[:, 0].tolist() == [0, 1, 2, 0, 1]
    assert epoch_counts(data, plan.config.caps).tolist() == [30, 8, 3, 30, 50, 50, 30, 50]


def test_generated_batches_follow_from_the_seed_and_the_step() -> None:
    """The second step is the same, whichever came before it; labels are of all classes."""
    feed = GeneratedFeed(40, 8, 3, seed=1, device=torch.device("cpu"))
    _, (pictures, labels) = feed.training(range(2))
    (again, same), = feed.training(range(1, 2))  # fmt: skip
    assert torch.equal(pictures, again)
    assert torch.equal(labels, same)
    assert pictures.shape == (40, 3, 8, 8)
    assert set(labels.tolist()) == {0, 1, 2}


def test_parameters_and_bytes_are_those_of_the_network() -> None:
    """AdamW holds weights, gradients and two moments, four bytes each; the head has a row and a bias a class."""
    backbone = load_backbone(_plan().config.encoder.model_copy(update={"pretrained": None}))  # type: ignore[union-attr]
    width = backbone.num_features
    assert isinstance(width, int)
    expected = sum(each.numel() for each in backbone.parameters()) + (3 + 5) * (width + 1)
    measured = _measured()
    assert measured.parameters == measured.trained == expected
    assert 16 * expected <= measured.held <= 16 * expected + 4 * len(list(backbone.parameters())) + 8
    assert measured.peak > measured.held
    assert np.isfinite(measured.losses).all()


def test_an_average_is_held_too() -> None:
    """It is as large as the weights."""
    assert _measured(ema=0.9).held - (plain := _measured()).held == 4 * plain.parameters


def test_operations_are_those_of_one_picture_when_all_learns() -> None:
    """Whatever the batch, and however many steps at the start are the head's; an adapter spares some of them."""
    of_two = _measured()
    assert measure(_plan(), batch=4).flops == of_two.flops
    assert _measured(head_steps=3).flops == of_two.flops
    adapted = _measured(adapter={"kind": "adaptformer", "rank": 2})
    assert adapted.flops < of_two.flops
    assert adapted.trained < of_two.trained < adapted.parameters


def test_a_convolution_s_operations_are_what_can_be_counted_by_hand() -> None:
    """Forward and backward of the whole network are near three times the forward pass alone."""
    from torch.utils.flop_counter import FlopCounterMode

    encoder = _plan(encoder={"kind": "timm", "name": "test_resnet", "image_size": 96}).config.encoder
    assert encoder
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        load_backbone(encoder)(torch.zeros(1, 3, 96, 96))
    both = _measured(encoder=encoder.model_dump()).flops
    assert 2.5 * forward.get_total_flops() < both < 3.1 * forward.get_total_flops()


@pytest.mark.parametrize(
    "settings",
    [
        {"mixup": 0.8, "cutmix": 1.0, "label_smoothing": 0.1, "amp": True},
        {"head": {"kind": "batch_norm"}, "head_steps": 2, "layer_decay": 0.5, "drop_path": 0.1, "accumulate": 8},
        {"head": {"kind": "cosine"}, "silence": "neighbors_and_auxiliaries", "tau": 1.05},
        {"unit": "epoch", "steps": 3, "warmup_steps": 1, "clip_norm": 1.0, "adapter": {"kind": "lora"}},
    ],
    ids=str,
)
def test_every_setting_of_a_recipe_is_tried(settings: dict[str, Any]) -> None:
    """Neither weights nor names nor a batch of the true size are needed."""
    assert np.isfinite(_measured(**settings).losses).all()


def test_a_head_that_starts_from_texts_is_tried_without_reading_them() -> None:
    """It has the shape of a cosine head as wide as the two towers' common space."""
    clip = {"kind": "open_clip", "name": "herbarium", "checkpoint": "no/such/folder", "image_size": 64}
    config = _plan(encoder=clip, head={"kind": "text_cosine", "scale": 25}).config
    assert unweighted(config, 2).head == Head(kind=HeadKind.COSINE, scale=25)
    assert config.head.kind is HeadKind.TEXT_COSINE


def test_a_rate_that_is_lost_in_rounding_is_told() -> None:
    """A run that learns nothing would only be found out at its end."""
    with pytest.raises(BadInput, match=r"moved no weight of the head\n.*train\.lr"):
        _measured(lr=1e-30)


def test_a_loss_that_is_not_finite_is_told() -> None:
    """As training itself tells it."""
    with pytest.raises(Diverged, match="step 0"):
        _measured(head={"kind": "cosine", "scale": 3e38})


def test_what_the_network_lacks_is_told() -> None:
    """As training itself tells it."""
    resnet = {"kind": "timm", "name": "test_resnet", "image_size": 96}
    with pytest.raises(BadInput, match=r"train\.adapter: lora has no place in ResNet"):
        _measured(encoder=resnet, adapter={"kind": "lora"})
    with pytest.raises(ValueError, match="has an encoder"):
        measure(replace(_plan(), config=TrainConfig()), batch=2)
