"""A host asks for a pause."""

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.web import Answer
from tasks.retry_after import pause_of


class Throttled(Refused):
    """The host asks for a pause, in seconds, for all its URLs."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(FetchReason.THROTTLED, str(status), passing=True)
        self.seconds = seconds


def throttled(answer: Answer) -> Throttled | None:
    """The pause that an answer asks for, where it does."""
    seconds = pause_of(answer.status, answer.headers.get("Retry-After", ""))
    return None if seconds is None else Throttled(answer.status, seconds)
