"""How long a host asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from tasks.crawl.retry_after import pause_of
from tasks.crawl.web import Answer


def answer(status: int, retry_after: str | None = None) -> Answer:
    """An answer with or without the header."""
    headers = CIMultiDict({} if retry_after is None else {"Retry-After": retry_after})
    return Answer(status, CIMultiDictProxy(headers), b"")


@pytest.mark.parametrize(
    ("given", "pause"),
    [
        (answer(429, "3"), 3.0),
        (answer(503, "0"), 0.0),
        (answer(429), 5.0),
        (answer(429, "soon"), 5.0),
        (answer(503), None),
        (answer(404, "3"), None),
        (answer(429, "Wed, 21 Oct 2015 07:28:00 GMT"), 0.0),
    ],
)
def test_a_pause_is_read_off_the_answer(given: Answer, pause: float | None) -> None:
    """Seconds or a date; a 429 that says nothing means a little while."""
    assert pause_of(given) == pause


def test_a_date_ahead_is_waited_for() -> None:
    """To the second in which it falls."""
    ahead = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 58 <= (pause_of(answer(503, ahead)) or 0) <= 60
