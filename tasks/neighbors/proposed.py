"""What any provider of names hands back."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.errors import TooMuchLost
from storage.records import Proposal, Spend, Unanswered


@dataclass(frozen=True, slots=True)
class Proposed:
    """Proposals as they were given, classes without any, and the cost by class."""

    proposals: tuple[Proposal, ...]
    unanswered: tuple[Unanswered, ...] = ()
    spend: tuple[Spend, ...] = ()

    @property
    def tokens(self) -> int:
        """Tokens of all classes together."""
        return sum(one.prompt_tokens + one.completion_tokens for one in self.spend)


def check_answered(asked: int, unanswered: Sequence[Unanswered], bound: float) -> None:
    """TooMuchLost where more classes stayed without names than the share that `most_unanswered` allows."""
    if len(unanswered) <= bound * asked:
        return
    first = unanswered[0]
    raise TooMuchLost(
        f"{len(unanswered)} of {asked} classes have no neighbor names, more than neighbors.most_unanswered = "
        f"{bound:g} allows; the first, label {first.label}: {first.reason}, {first.detail}",
        "mend what that says and run again: classes whose request failed are asked anew, answers that were given are "
        "held; --refresh neighbors asks all again; or raise `neighbors.most_unanswered`",
    )
