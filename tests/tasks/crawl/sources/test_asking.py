"""A search API that is down for a while is waited for, within bounds."""

import time

import pytest
from aiohttp import web

from storage.errors import Unreachable
from tasks.crawl.sources import asking
from tasks.crawl.sources.openverse import Openverse
from tests.tasks.crawl.sources.api import Api, Query, ask_for, found_by


def _down(api: Api, seconds: float, status: int, **headers: str) -> None:
    """Let the API fail for so long from its first request on."""
    began: list[float] = []

    def answer(_: Query) -> object:
        began.append(time.monotonic())
        down = time.monotonic() < began[0] + seconds
        return web.Response(status=status, headers=headers) if down else {"results": [], "page_count": 0}

    api.answer = answer


def _source(api: Api, patience: float) -> Openverse:
    return Openverse(base_url=api.url, pause_seconds=0, patience_seconds=patience)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_api_that_comes_back_in_time_is_waited_for_without_haste(api: Api, status: int) -> None:
    """The pauses grow where it names none; the last one ends with the patience."""
    _down(api, 2, status)
    assert found_by(_source(api, 6), ask_for()) == []
    assert 2 <= len(api.asked) <= 4


def test_the_patience_is_a_bound_and_is_used_to_its_end(api: Api) -> None:
    """The error says how long, and names the source and the field."""
    _down(api, 60, 503)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"source openverse at .* does not answer: status 503, for 2.5 seconds") as it:
        found_by(_source(api, 2.5), ask_for())
    assert 2.5 <= time.monotonic() - began < 30
    assert "patience_seconds of the openverse source" in it.value.mend


def test_a_pause_beyond_the_patience_is_not_cut_short(api: Api) -> None:
    """To ask earlier would be rude, so the API is asked once, and nothing is waited for."""
    _down(api, 60, 503, **{"Retry-After": "30"})
    began = time.monotonic()
    with pytest.raises(Unreachable):
        found_by(_source(api, 20), ask_for())
    assert (len(api.asked), time.monotonic() - began < 15) == (1, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost."])
def test_what_was_not_started_on_this_machine_is_told_at_once(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forgot the sandbox waits for the message; to wait longer would change nothing, so it is not advised."""
    monkeypatch.setattr(asking, "_NOT_STARTED", 0.3)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"for 0\.3 seconds") as caught:
        found_by(Openverse(base_url=f"http://{host}:1025", pause_seconds=0, patience_seconds=60), ask_for())
    assert time.monotonic() - began < 30
    assert "python -m sandbox" in caught.value.mend
    assert "patience_seconds" not in caught.value.mend


def test_the_patience_holds_for_a_network_that_is_down_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawl at night asks nothing before its first search; its name may be known to no server at that moment."""
    monkeypatch.setattr(asking, "_NOT_STARTED", 0.1)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"connection \(no such name\), for 2 seconds") as caught:
        found_by(Openverse(base_url="http://no-such-host.invalid", pause_seconds=0, patience_seconds=2), ask_for())
    assert time.monotonic() - began >= 2
    assert "raise patience_seconds of the openverse source" in caught.value.mend
