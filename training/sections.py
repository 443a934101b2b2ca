"""Parts of a recipe's `train` section."""

from typing import Self

from pydantic import Field, model_validator

from storage.section import Section
from training.choices import AdapterKind, HeadKind


class Shots(Section):
    """Where "many" begins and "few" ends, in training pictures of a class."""

    many_from: int = Field(101, ge=1, description="Classes with at least so many training pictures are many-shot")
    few_below: int = Field(20, ge=1, description="Classes with fewer training pictures than this are few-shot")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.few_below > self.many_from:
            raise ValueError(f"few_below {self.few_below} lies above many_from {self.many_from}")
        return self


class Caps(Section):
    """How many pictures of an auxiliary class an epoch draws, by its rarest parent's count c."""

    tail_up_to: int = Field(20, ge=0, description="c up to here: `tail` pictures")
    tail: int = Field(50, ge=1, description="Pictures of a tail class's neighbor")
    head_above: int = Field(100, ge=1, description="c above here: `head` pictures; between the two bounds: c")
    head: int = Field(50, ge=1, description="Pictures of a head class's neighbor")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.tail_up_to > self.head_above:
            raise ValueError(f"tail_up_to {self.tail_up_to} lies above head_above {self.head_above}")
        return self


class Baselines(Section):
    """What the losses that others proposed can be told."""

    beta: float = Field(0.9999, ge=0, lt=1, description="Class-balanced weights: (1 - beta) / (1 - beta^n)")
    max_margin: float = Field(0.5, gt=0, description="LDAM: margin of the rarest class")
    scale: float = Field(30.0, gt=0, description="LDAM: logits to a cosine, which margins are told in")
    reweight_from: float = Field(0.8, ge=0, le=1, description="LDAM-DRW: share of the steps before classes get weights")


class Head(Section):
    """The classifier upon the features."""

    kind: HeadKind = Field(HeadKind.LINEAR, description="linear, cosine, text_cosine or batch_norm")
    scale: float = Field(100.0, gt=0, description="Cosine heads: logits to a cosine")
    prompt: str = Field(
        "a photo of a {}.", pattern=r"\{\}", description="text_cosine: what the class name is put into, at {}"
    )


class Adapter(Section):
    """What learns in a backbone that is itself frozen."""

    kind: AdapterKind = Field(AdapterKind.NONE, description="none trains the whole backbone; lora; adaptformer")
    rank: int = Field(8, ge=1, description="LoRA's rank, AdaptFormer's bottleneck")
    alpha: float = Field(16.0, gt=0, description="LoRA: its update counts alpha / rank")
    scale: float = Field(0.1, gt=0, description="AdaptFormer: what its branch counts at the start; it is learned")


class Augment(Section):
    """How a training picture is changed at random before the network sees it."""

    least_area: float = Field(0.25, gt=0, le=1, description="Smallest share of a picture's area that is cut out")
    aspect: float = Field(1.0, ge=1, description="Largest ratio of the cut's sides; 1 cuts squares")
    flip: bool = Field(True, description="Mirror half of the pictures")
    rand_augment: int = Field(0, ge=0, le=10, description="RandAugment's magnitude of 10; 0 for none")
    rand_augment_ops: int = Field(2, ge=1, le=10, description="RandAugment's changes to a picture")
    erasing: float = Field(0.0, ge=0, le=1, description="Share of the pictures of which a rectangle is erased")
