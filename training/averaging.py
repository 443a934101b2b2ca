"""The exponential moving average of a network's weights, which is judged and kept in their place."""

from torch import Tensor, nn
from torch.optim.swa_utils import PARAM_LIST, AveragedModel, get_ema_multi_avg_fn


class MovingAverage(AveragedModel):
    """w <- d * w + (1 - d) * the network's, with d = min(decay, (1 + n) / (10 + n)) after n updates; the first copies.

    So what a short run began with weighs little in its average, whatever the decay. Batch norm's running
    statistics are averaged like the weights that they belong to; its counters are copied.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        def follow(held: PARAM_LIST, current: PARAM_LIST, updates: Tensor | int) -> None:
            if held[0].is_floating_point():
                done = int(self.n_averaged)  # not `updates`, which may lie on a GPU: asking would wait for it
                average = get_ema_multi_avg_fn(min(decay, (1 + done) / (10 + done)))  # type: ignore[no-untyped-call]
                average(held, current, updates)
                return
            for old, new in zip(held, current, strict=True):
                old.copy_(new)  # torch's own average of integers would round them down at every step

        super().__init__(network, multi_avg_fn=follow, use_buffers=True)
