"""How long a host asks us to stay away (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tasks.crawl.web import Answer

_UNSTATED_PAUSE = 5.0  # seconds, after a 429 that does not say how long


def pause_of(answer: Answer) -> float | None:
    """The seconds for which a 429 or 503 asks us to stay away, where it does."""
    if answer.status not in (429, 503):
        return None
    stated = answer.headers.get("Retry-After", "").strip()
    if stated.isdecimal():
        return float(stated)
    try:
        until = parsedate_to_datetime(stated)
    except ValueError:
        return _UNSTATED_PAUSE if answer.status == 429 else None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
