"""The whole embed stage beside its bare forward pass: turns of both, one after the other, round by round."""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from statistics import median

from benchmarks.embedding.busy import Busy
from benchmarks.embedding.photographs import Shards
from tasks.embed.config import EmbedConfig
from tasks.embed.embed import embed
from tasks.embed.models import Models
from vision.computing import computing, one_core_each
from vision.decode import decode
from vision.encoders import Encoder
from vision.loader import cores, in_order

TURN_SECONDS = 2.5
"""What a turn is meant to take: short beside a machine's moods, long beside its own ends."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Pictures a second of one encoder, a number a round; `busy` is the share of time that a GPU worked, in embed.

    `forward` has a thread a core, as embed has; `shared` has all cores in one forward pass at a time, as
    torch does it by itself.
    """

    name: str
    forward: list[float]
    shared: list[float]
    embed: list[float]
    busy: list[float]

    @property
    def fractions(self) -> list[float]:
        """What the whole stage reached of the better bare forward pass in the same round."""
        bare = max(self.forward, self.shared, key=median)
        return [whole / alone for whole, alone in zip(self.embed, bare, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Contest:
    """One encoder, and pictures enough for a turn."""

    def __init__(self, encoder: Encoder, held: Shards) -> None:
        self._encoder, self._held, self._models = encoder, held, Models((encoder,))
        self._config, self._batch = EmbedConfig(encoder=encoder.config), self._models.batch_size(None)
        read = [decode(held.read(digest), 10**8) for digest in held.digests[: self._batch]]
        self._inputs = encoder.inputs([encoder.square(picture) for picture in read])
        with one_core_each():
            once = min(_seconds(lambda: self._forward(None)) for _ in range(3))
        self._batches = cores() * max(2, round(TURN_SECONDS / once))  # as many for every thread

    def _forward(self, _: object) -> None:
        with computing(self._encoder.config, self._encoder.device):
            self._encoder.backbone(self._inputs).cpu()

    def _rate(self, work: Callable[[], object]) -> float:
        return self._batches * self._batch / _seconds(work)

    def forward(self, workers: int) -> float:
        """The backbone alone, over batches that lie ready where it needs them."""
        with one_core_each() if workers > 1 else nullcontext():
            return self._rate(lambda: list(in_order(self._forward, range(self._batches), workers, 2 * workers)))

    def embed(self) -> float:
        """From the tar to vectors, hashes and thumbnails."""
        held = self._held.digests
        digests = (held[place % len(held)] for place in range(self._batches * self._batch))
        return self._rate(lambda: embed(digests, self._held.read, self._config, self._models))

    def rounds(self, number: int) -> Iterator[tuple[float, float, float, float]]:
        """Turns of the three, the first round's thrown away, and how busy a GPU was in the last."""
        for count in range(number + 1):
            shared, forward = self.forward(1), self.forward(cores())
            with Busy(self._encoder.device) as busy:
                whole = self.embed()
            if count:
                yield forward, shared, whole, busy.share


def contest(encoder: Encoder, held: Shards, rounds: int) -> Rates:
    """The rates of so many rounds."""
    forward, shared, whole, busy = map(list, zip(*Contest(encoder, held).rounds(rounds), strict=True))
    return Rates(f"{encoder.config.name} {encoder.config.precision} on {encoder.device}", forward, shared, whole, busy)


def spread(values: list[float], digits: int = 1) -> str:
    """The median, and the range."""
    return f"{median(values):.{digits}f} [{min(values):.{digits}f} to {max(values):.{digits}f}]"
