"""The exponential moving average of a network's weights, which is judged and kept in their place."""

from torch import Tensor, nn
from torch.optim.swa_utils import PARAM_LIST, AveragedModel, get_ema_multi_avg_fn


class MovingAverage(AveragedModel):
    """w <- decay * w + (1 - decay) * the network's, from its weights after the first update on.

    Batch norm's running statistics are averaged like the weights that they belong to; its counters are copied.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        average = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]  # torch left it so

        def follow(held: PARAM_LIST, current: PARAM_LIST, updates: Tensor | int) -> None:
            if held[0].is_floating_point():
                average(held, current, updates)
                return
            for old, new in zip(held, current, strict=True):
                old.copy_(new)  # torch's own average of integers would round them down at every step

        super().__init__(network, multi_avg_fn=follow, use_buffers=True)
