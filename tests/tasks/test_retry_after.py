"""How long a host asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tasks.retry_after import pause_of


@pytest.mark.parametrize(
    ("status", "stated", "pause"),
    [
        (429, "3", 3.0),
        (429, " 0.5 ", 0.5),
        (503, "0", 0.0),
        (429, "", 5.0),
        (429, "soon", 5.0),
        (429, "inf", 5.0),
        (503, "", None),
        (404, "3", None),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_a_pause_is_read_off_the_answer(status: int, stated: str, pause: float | None) -> None:
    """Seconds or a date; a 429 that says nothing means a little while."""
    assert pause_of(status, stated) == pause


def test_a_date_ahead_is_waited_for() -> None:
    """To the second in which it falls."""
    ahead = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 58 <= (pause_of(503, ahead) or 0) <= 60


@pytest.mark.parametrize("stated", ["9" * 12, "9" * 400])
def test_a_pause_of_ages_is_one_of_ages(stated: str) -> None:
    """Nobody waits for it, and nobody takes it for none."""
    assert (pause_of(429, stated) or 0) > 10**9


@pytest.mark.parametrize(
    "stated",
    ["Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2030 99:00:00 GMT", "Mon, 01 Jan 2030 00:00:00 +9999999"],
)
def test_a_date_that_no_calendar_has_states_nothing(stated: str) -> None:
    """It is an answer of a host like any other, and no fault of ours."""
    assert pause_of(429, stated) == 5.0
    assert pause_of(503, stated) is None
