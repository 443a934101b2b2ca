"""Who asks a search API next: the turns of one address, whichever thread of this process asks."""

import asyncio
import threading
import time
from functools import cache


class Turns:
    """When one API may be asked next, whichever thread of this process asks; `reached` once it has answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = 0.0
        self.reached = False

    async def take(self, pause: float) -> None:
        """Wait for the next turn; the one after it comes `pause` seconds later."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free)
            self._free = turn + pause
        await asyncio.sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Nobody has a turn for so long."""
        with self._lock:
            self._free = max(self._free, time.monotonic() + seconds)


@cache
def turns_at(_base_url: str) -> Turns:
    """Those of one address, the same for all who ask there."""
    return Turns()
