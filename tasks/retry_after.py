"""How long a host asks us to stay away (RFC 9110, section 10.2.3)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\d+(\.\d+)?")  # fractions are against the standard, and sent all the same
_UNSTATED_PAUSE = 5.0  # seconds, after a 429 that does not say how long


def pause_of(status: int, stated: str) -> float | None:
    """The seconds for which a 429 or 503 asks us to stay away, where it does; `stated` is its Retry-After."""
    if status not in (429, 503):
        return None
    stated = stated.strip()
    if _SECONDS.fullmatch(stated):
        return float(stated)
    try:
        until = parsedate_to_datetime(stated)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return _UNSTATED_PAUSE if status == 429 else None
