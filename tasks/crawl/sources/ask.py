"""A question to a source, and what the source says to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.errors import Unreachable
from storage.records import Candidate


@dataclass(frozen=True, slots=True)
class Ask:
    """One query for one neighbor category: its results `skip` to `skip + limit`, of these licenses (empty: any).

    Results are counted as the source ranks them, those without a usable URL included.
    """

    text: str
    neighbor: str
    limit: int
    licenses: tuple[str, ...]
    skip: int = 0

    def offer(
        self, source: str, rank: int, url: str, license_id: str, license_url: str | None = None,
        title: str | None = None, creator: str | None = None, landing_url: str | None = None,
    ) -> Candidate:  # fmt: skip
        """A picture that a source of this name offers for it; what the source does not say is empty."""
        return Candidate(
            url=url,
            neighbor=self.neighbor,
            query=self.text,
            rank=rank,
            source=source,
            title=title or "",
            creator=creator or "",
            license=license_id,
            license_url=license_url or "",
            landing_url=landing_url or "",
        )


class RefusedQuery(Unreachable):
    """An API takes this one query for a wrong one; others it may answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source offers to an ask, in its own order, and whether further results may follow those asked for.

    `refused` is the refusal of an API that takes no such query.
    """

    ask: Ask
    offers: Sequence[Candidate]
    more: bool
    refused: RefusedQuery | None = None
