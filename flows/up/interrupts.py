"""Signals that ask for the end, heard where the program waits."""

import signal
import time
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked for the end; `number` is its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupts:
    """Those signals from now on; a hang-up that is ignored, as under nohup, stays so."""

    def __init__(self) -> None:
        self._heard: list[int] = []
        for number in ENDING:
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def _hear(self, number: int, _: FrameType | None) -> None:
        self._heard.append(number)

    def pause(self, seconds: float) -> None:
        """Sleep; raises Interrupted for a signal that has come, each once."""
        if not self._heard:
            time.sleep(seconds)
        if self._heard:
            raise Interrupted(self._heard.pop(0))
