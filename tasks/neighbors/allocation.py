"""How many neighbors each class gets: the rarer the class, the more."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from storage.section import Section


class Allocation(Section):
    """Names to ask for: `per_class` on average, shared out by scarcity and bounded for every class."""

    per_class: int = Field(8, ge=1, le=200, description="Names for each class, on average")
    total: int | None = Field(None, ge=1, description="Names for all classes together; none: per_class for each")
    least: int = Field(2, ge=1, le=200, description="No class gets fewer")
    most: int = Field(32, ge=1, le=200, description="No class gets more")
    scarcity: float = Field(
        0.5, ge=0, le=2, description="Power of head/tail ratio by which rarer classes get more; 0: all get the same"
    )

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if not self.least <= self.per_class <= self.most:
            raise ValueError("least <= per_class <= most must hold")
        return self


def _shares(counts: np.ndarray, total: int, rule: Allocation) -> np.ndarray:
    """Real-valued shares, in proportion to (most frequent / count) ** scarcity between the bounds, of sum `total`."""
    weight = (counts.max() / counts) ** rule.scarcity
    low, high = 0.0, rule.most / weight.min()
    for _ in range(100):
        scale = (low + high) / 2
        short = np.clip(scale * weight, rule.least, rule.most).sum() < total
        low, high = (scale, high) if short else (low, scale)
    shares: np.ndarray = np.clip(high * weight, rule.least, rule.most)
    return shares


def allocate(counts: Sequence[int], rule: Allocation) -> list[int]:
    """Names for each class, given its number of training pictures.

    They sum to the total, as far as the bounds let them; a class never gets fewer than one
    with more pictures. A class without pictures counts as one with a single picture.
    """
    if not counts:
        return []
    held = np.maximum(np.asarray(counts, dtype=np.float64), 1.0)
    wanted = rule.total if rule.total is not None else rule.per_class * len(counts)
    total = int(np.clip(wanted, rule.least * len(counts), rule.most * len(counts)))
    shares = _shares(held, total, rule)
    whole = np.floor(shares + 1e-9).astype(int)
    # What rounding leaves goes to the largest remainders, of equal ones to the rarest class, of those to the first.
    order = np.lexsort((np.arange(len(held)), held, -np.round(shares - whole, 9)))
    open_to_more = [index for index in order if whole[index] < rule.most]
    for index in open_to_more[: total - int(whole.sum())]:
        whole[index] += 1
    return [int(each) for each in whole]
