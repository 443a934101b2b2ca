"""How fast steps follow one another, and how much of that time they wait for their pictures."""

from collections.abc import Iterator
from time import perf_counter

from training.feed import Batch


class Pace:
    """Times the steps since the last line of the log, each of so many pictures; looks and checkpoints do not count."""

    def __init__(self, pictures: int) -> None:
        self._pictures = pictures
        self._start_line()

    def _start_line(self) -> None:
        self._steps, self._waited, self._worked = 0, 0.0, 0.0

    def waiting(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches, with the time that each takes to come."""
        asked = perf_counter()
        for batch in batches:
            self._came = perf_counter()
            self._waited += self._came - asked
            yield batch
            asked = perf_counter()

    def stepped(self) -> None:
        """A step of the batch that came last is done."""
        self._worked += perf_counter() - self._came
        self._steps += 1

    def line(self) -> dict[str, float]:
        """The share of the time that steps waited, and pictures of all processes a second; counts anew from here."""
        seconds = self._waited + self._worked
        line = {"waited": self._waited / seconds, "pictures_per_second": self._steps * self._pictures / seconds}
        self._start_line()
        return line
