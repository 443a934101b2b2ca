"""Scorers: what a picture's vector in the space of a CLIP-like model says of it beside its category.

A further scorer is one class like `hook.Hook`, with a `kind` of its own, named in `Scorer`.
"""

from typing import Annotated

from pydantic import Field

from vision.scorers.hook import Score
from vision.scorers.linear import Linear
from vision.scorers.prompts import Prompts

__all__ = ["Linear", "Prompts", "Score", "Scorer"]

Scorer = Annotated[Prompts | Linear, Field(discriminator="kind")]
