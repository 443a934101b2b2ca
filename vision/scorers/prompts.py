"""Zero-shot scores: pictures told apart by texts."""

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from storage.section import Section
from vision.scorers.hook import Score, Vectors
from vision.texts import TextEncoder

PRESETS = {
    "unsafe": (
        (
            "a pornographic photo", "a photo of a naked person", "a photo of genitals", "a photo of people having sex",
            "an explicit sexual drawing", "a photo of a bloody wound", "a photo of a corpse", "a photo of torture",
        ),
        (
            "a photo of a plant", "a photo of an animal", "a photo of food", "a photo of an object",
            "a photo of a building", "a photo of a landscape", "a photo of a person wearing clothes",
            "a photo of a group of people",
            "a drawing", "a diagram", "a screenshot of text", "a product photo on a white background",
        ),
    )
}  # fmt: skip
"""Prompts by the name of the scorer, where the recipe gives none: those that score, and what they are told from."""


class Prompts(Section):
    """Zero-shot: the share of a softmax over all prompts that falls to the positive ones, in [0, 1]."""

    kind: Literal["prompts"]
    name: str = Field(pattern=r"^[\w-]+$", description=f"Of the score; {', '.join(PRESETS)} brings its own prompts")
    positive: tuple[str, ...] = Field((), description="Whole texts; what is like them scores high")
    negative: tuple[str, ...] = Field((), description="What it is told from")

    @model_validator(mode="after")
    def _has_prompts(self) -> Self:
        if bool(self.positive) != bool(self.negative):
            raise ValueError(f"scorer {self.name}: give positive and negative prompts, or neither")
        if not self.positive and self.name not in PRESETS:
            raise ValueError(f"scorer {self.name}: has no prompts; give them, or name one of {', '.join(PRESETS)}")
        return self

    def digest(self) -> str:
        """Of the prompts, shipped ones too."""
        return repr(self._prompts)

    @property
    def _prompts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (self.positive, self.negative) if self.positive else PRESETS[self.name]

    def load(self, texts: TextEncoder) -> Score:
        """The prompts as vectors."""
        positive, negative = self._prompts
        prompts = texts.encode([*positive, *negative])

        def score(vectors: Vectors) -> NDArray[np.float64]:
            logits = texts.scale * (vectors @ prompts.T).astype(np.float64)
            mass = np.exp(logits - logits.max(1, keepdims=True))
            share: NDArray[np.float64] = mass[:, : len(positive)].sum(1) / mass.sum(1)
            return share

        return score
