"""A service that is down for a while."""

from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """What can be down by itself."""

    SEARCH = "search"
    HOSTS = "hosts"


PATHS = {Service.SEARCH: "/v1/images/", Service.HOSTS: "/p/"}
"""How the paths of each begin."""


@dataclass(slots=True)
class Outage:
    """An error `status`, with a Retry-After in seconds where one is given.

    It lasts `seconds` from the first request that it meets, so that a client which is still starting meets it too.
    """

    seconds: float
    status: int
    retry_after: float | None
    ends: float | None = None

    def meets(self, now: float) -> bool:
        """Whether a request at this time, in seconds of any clock, is answered with the error."""
        if self.ends is None:
            self.ends = now + self.seconds
        return now < self.ends
