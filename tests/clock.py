"""An event loop whose clock goes on only while all wait: pauses cost nothing, and no busy machine can bend an order."""

import asyncio
import selectors


class _Leaping(selectors.SelectSelector):
    """What would be waited for passes at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the time pass that the loop would have waited; where it would wait for ever, raise."""
        if timeout is None:
            raise RuntimeError("all wait, and nothing is due")
        self.now += max(timeout, 0)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """One for what neither threads nor sockets are part of; its times are seconds since it began."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """The simulated time in seconds."""
        return self._leaping.now
