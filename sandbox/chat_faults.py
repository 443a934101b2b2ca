"""Which fault hits a request: the seed, the question and how often it was asked decide, not order or time.

Waiting alone depends on order: it hits the first requests from a given one on that have no other fault.
"""

from sandbox.chat_behavior import ChatBehavior, Fault
from sandbox.meter import Meter
from sandbox.seeded import seeded

LEAST, MOST = 0.25, 0.75
"""Share of its JSON that a truncated answer holds."""


def draw(behavior: ChatBehavior, seed: int, question: str, times: int) -> Fault | None:
    """The fault of the question's next asking after `times` earlier ones, None for most."""
    faults: list[Fault | None] = [*behavior.shares, None]
    shares = [*behavior.shares.values()]
    return seeded("fault", seed, times, question).choices(faults, [*shares, max(0.0, 1 - sum(shares))])[0]


def cut(text: str, seed: int, question: str, times: int) -> tuple[str, str]:
    """The beginning of an answer's JSON, and the finish reason it comes with: honest in one half of all cases."""
    rng = seeded("cut", seed, times, question)
    return text[: int(len(text) * rng.uniform(LEAST, MOST))], rng.choice(("length", "stop"))


def pick(behavior: ChatBehavior, meter: Meter, seed: int, question: str, times: int) -> Fault | None:
    """The one fault of a request that the meter has not counted yet, if any."""
    fault = draw(behavior, seed, question, times)
    due = meter.asked.total() >= behavior.hang_from and meter.faults[Fault.HUNG] < behavior.hangs
    return Fault.HUNG if fault is None and due else fault
