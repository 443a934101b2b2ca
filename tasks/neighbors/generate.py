"""Ask a language model for the neighbors of many classes at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from storage.errors import TooMuchLost
from storage.records import Proposal, Spend, TargetClass, Unanswered
from tasks.neighbors.ask import ask
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.endpoint import connect
from tasks.neighbors.prompt import nearest_names


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests answered, and tokens as the provider counts them."""

    requests: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of asking: proposals as they were given, classes without any, and the cost by class."""

    proposals: tuple[Proposal, ...]
    unanswered: tuple[Unanswered, ...]
    spend: tuple[Spend, ...]

    @property
    def usage(self) -> Usage:
        """The cost of all classes together."""
        return Usage(
            sum(one.requests for one in self.spend),
            sum(one.prompt_tokens for one in self.spend),
            sum(one.completion_tokens for one in self.spend),
        )


def check_answered(asked: int, unanswered: Sequence[Unanswered], config: NeighborsConfig) -> None:
    """TooMuchLost where more classes stayed without an answer than the recipe allows."""
    if len(unanswered) <= config.most_unanswered * asked:
        return
    first = unanswered[0]
    raise TooMuchLost(
        f"{len(unanswered)} of {asked} classes have no neighbor names, more than neighbors.most_unanswered = "
        f"{config.most_unanswered:g} allows; the first, label {first.label}: {first.reason}, {first.detail}",
        "mend what that says and run again with --refresh neighbors, or raise `neighbors.most_unanswered`",
    )


async def _propose(classes: Sequence[TargetClass], label_set: Sequence[str], config: NeighborsConfig) -> Proposed:
    gate = asyncio.Semaphore(config.concurrency)
    async with connect(config) as client:

        async def one(target: TargetClass) -> tuple[list[Proposal] | Unanswered, Spend]:
            async with gate:
                return await ask(client, target, nearest_names(target.name, label_set), config)

        answers = await asyncio.gather(*(one(target) for target in classes))
    return Proposed(
        tuple(each for outcome, _ in answers if not isinstance(outcome, Unanswered) for each in outcome),
        tuple(outcome for outcome, _ in answers if isinstance(outcome, Unanswered)),
        tuple(spend for _, spend in answers),
    )


def propose(classes: Sequence[TargetClass], label_set: Sequence[str], config: NeighborsConfig) -> Proposed:
    """Neighbor names for each class, in the order of the classes; `label_set` holds the names to avoid.

    BadInput where the key, model or endpoint is wrong, Unreachable where nothing answers; a
    class whose own answer cannot be used is a row of `unanswered`.
    """
    return asyncio.run(_propose(classes, label_set, config)) if classes else Proposed((), (), ())
