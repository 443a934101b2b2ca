"""The one shape of every error that stops a stage: what is wrong, and what mends it."""


class ExtrapolationError(Exception):
    """A stage cannot go on; `problem` names the thing, `mend` the reader's next step."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem, mend)  # both in args, so that the error survives pickling
        self.problem = problem
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.problem}\n  mend: {self.mend}"


class BadInput(ExtrapolationError):
    """What the user gave cannot be used: a path, a list, a recipe field, a missing key."""


class TooMuchLost(ExtrapolationError):
    """More items of a stage failed than the recipe's bound allows."""


class Unreachable(ExtrapolationError):
    """A service that the stage needs does not answer at all."""


class DamagedStore(ExtrapolationError):
    """A file that a manifest or an index names is missing or is not what was written."""


class DiskFull(ExtrapolationError):
    """What was to be written found no space."""


class Diverged(ExtrapolationError):
    """Training brought forth numbers that are not finite."""


class LeakShipped(ExtrapolationError):
    """A picture that was about to be packed copies one of the target set."""


class PartitionsFailed(ExtrapolationError):
    """Some partitions of a stage failed, while the others went on to their end."""


class RunFailed(ExtrapolationError):
    """A run that the stage was handed to, on another machine, failed, was cancelled or was lost."""


class ProcessFailed(ExtrapolationError):
    """One of several processes that work together has ended before its time, by none of these errors."""


class Unfaithful(ExtrapolationError):
    """A model that was about to be handed out gives other answers than the one that was trained."""
