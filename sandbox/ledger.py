"""The ledger: for every URL what it truly shows. The product never reads it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from sandbox.copies import Change
from storage.records import Split


class Kind(StrEnum):
    """What a URL truly is to the neighbor class whose query finds it."""

    GOOD = "good"
    OFF_TOPIC = "off_topic"
    COPY_OF_GOOD = "copy_of_good"
    COPY_OF_TARGET = "copy_of_target"
    FAILING = "failing"


class Failure(StrEnum):
    """How a failing URL fails; the last never answers."""

    NOT_FOUND = "not_found"
    TRUNCATED = "truncated"
    HTML = "html"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Truth:
    """One URL of the sandbox.

    `neighbor` is the class whose query finds it, `true_class` the one it shows. URLs with the
    same `original` show the same photograph (a failing one does not show it, or in part).
    `split` says which target pictures a COPY_OF_TARGET leaks from.
    """

    url: str
    neighbor: str
    true_class: str
    kind: Kind
    original: str
    split: Split | None
    changes: tuple[Change, ...]
    failure: Failure | None


def to_lines(rows: Iterable[Truth]) -> str:
    """The rows as JSON Lines."""
    return "".join(f"{json.dumps(asdict(row))}\n" for row in rows)


def _row(line: str) -> Truth:
    fields = json.loads(line)
    return Truth(
        url=fields["url"],
        neighbor=fields["neighbor"],
        true_class=fields["true_class"],
        kind=Kind(fields["kind"]),
        original=fields["original"],
        split=Split(fields["split"]) if fields["split"] else None,
        changes=tuple(Change(change) for change in fields["changes"]),
        failure=Failure(fields["failure"]) if fields["failure"] else None,
    )


def from_lines(text: str) -> list[Truth]:
    """The rows that JSON Lines hold, in order."""
    return [_row(line) for line in text.splitlines()]
