"""Cross-entropies of one batch of logits under several labels a sample, in two buffers of its size.

    L_s = log(Z_s) - sum_c wanted_s(c) * b_c        Z_s = sum_c weight_s(c) * exp(b_c)        b = logits + shift

A *side* s is one label's: how much each class competes with it, and the distribution that it wants. Sides differ at few
places (row, class), and elsewhere only by blocks of columns. So the places are taken out, of the rest one softmax
serves all sides, and each adds up its own Z_s. It only ever adds: a difference would lose what is small.
"""

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class Sides(NamedTuple):
    """For s sides of b samples, the weights and what is wanted: [s, p] at places, [s, k, b] in k blocks for all else.

    `rows` and `columns` [p] name a place once. Each side wants 1 in sum, and some place of weight 1.
    """

    rows: Tensor
    columns: Tensor
    log_weights: Tensor
    wanted: Tensor
    block_log_weights: Tensor
    block_wanted: Tensor

    def by_row(self) -> Tensor:
        """The row of every place for every side, [s, p], as gather and scatter ask."""
        return self.rows.expand_as(self.wanted)


def _wanted_of(values: Tensor, wanted: Tensor) -> Tensor:
    return torch.where(wanted > 0, wanted * values, 0)  # what is infinite and not wanted would be NaN


def _means(balanced: Tensor, taken: Tensor, sizes: list[int], smooth: bool, sides: Sides) -> Tensor:
    """What each side wants of the logits, [s, b]; the places in `balanced` are overwritten."""
    means = torch.zeros_like(sides.block_wanted[:, 0])
    if smooth:
        balanced[sides.rows, sides.columns] = 0
        sums = torch.stack([block.sum(1) for block in torch.split(balanced, sizes, 1)])
        means = _wanted_of(sums, sides.block_wanted).sum(1)
    return means.scatter_add(1, sides.by_row(), _wanted_of(taken, sides.wanted))


def _softmax(block: Tensor) -> tuple[Tensor, Tensor]:
    """Of every row the softmax, and the logarithm [b] of the sum that it divided by: torch fuses the first alone."""
    block[:, 0].clamp_(min=torch.finfo(block.dtype).min)  # a row of -inf alone would be NaN; this weighs nothing
    peaks, shares = block.amax(1), torch.softmax(block, 1)
    return shares, peaks - shares.amax(1).log()


def _log_sums(blocks: Tensor, places: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """The logarithm of the sum of exp of terms [s, k, b] and [s, p] by row, as the largest [s, b] and the rest."""
    top = blocks.amax(1).scatter_reduce(1, rows, places, "amax")
    total = (blocks - top[:, None]).exp().sum(1)
    return top, total.scatter_add(1, rows, (places - top.gather(1, rows)).exp()).log()


class _CrossEntropies(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, shift: Tensor, sizes: list[int], smooth: bool, *told: Tensor) -> Tensor:
        sides, balanced = Sides(*told), logits + shift
        taken = balanced[sides.rows, sides.columns]
        means = _means(balanced, taken, sizes, smooth, sides)
        balanced[sides.rows, sides.columns] = -torch.inf
        softmaxes, sums = zip(*map(_softmax, torch.split(balanced, sizes, 1)), strict=True)
        blocks = torch.stack(sums) + sides.block_log_weights
        top, rest = _log_sums(blocks, taken + sides.log_weights, sides.by_row())
        ctx.save_for_backward(taken, blocks, top + rest, *sides, *softmaxes)
        return rest + (top - means)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        taken, blocks, log_sums, *told = ctx.saved_tensors
        sides, softmaxes = Sides(*told[:6]), told[6:]
        scales = (gradient[:, None] * (blocks - log_sums[:, None]).exp()).sum(0)[..., None]
        offsets = (gradient[:, None] * -sides.block_wanted).sum(0)[..., None]
        parts = [torch.addcmul(*of) for of in zip(offsets, softmaxes, scales, strict=True)]
        filled = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        softmax = (taken + sides.log_weights - log_sums.gather(1, sides.by_row())).exp()
        filled[sides.rows, sides.columns] = ((softmax - sides.wanted) * gradient.gather(1, sides.by_row())).sum(0)
        return filled, *(None,) * (3 + len(sides))


def cross_entropies(logits: Tensor, shift: Tensor, sizes: list[int], smooth: bool, sides: Sides) -> Tensor:
    """The losses [s, b] of logits [b, c] to which `shift` [c] is added; blocks are `sizes` columns wide.

    `smooth` says that something is wanted outside the places. It can be differentiated once.
    """
    return cast(Tensor, _CrossEntropies.apply(logits, shift, sizes, smooth, *sides))
