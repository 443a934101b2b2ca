"""A run that ends before its time keeps what it was given."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import web
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks
from stamina.typing import RetryDetails

from storage.errors import Unreachable
from tasks.neighbors.llm.config import Pace
from tests.tasks.neighbors.llm.asking import GOOD, propose, things
from tests.tasks.neighbors.llm.endpoint import completion, serve


class Stopped(Exception):
    """Somebody ends the run: what is under way is cancelled."""


def _files(root: Path) -> list[Path]:
    """The answers that are held; what a question cost that had none is in a file too."""
    files = sorted((root / "answers").rglob("*.json"))
    return [path for path in files if json.loads(path.read_text())["reason"] is None]


def _good(_: object) -> web.Response:
    return completion(GOOD)


def _stopping_at(number: int, stop: Callable[[], None]) -> Callable[[int], None]:
    """A listener that stops the run when so many classes are done."""
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if done == number:
            stop()

    return tell


def _stop() -> None:
    raise Stopped


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_run_that_is_stopped_keeps_its_answers(tmp_path: Path, concurrency: int) -> None:
    """The next one asks for the rest alone."""
    pace, classes = Pace(retries=0, concurrency=concurrency), things(10)
    with serve(_good) as endpoint:
        with pytest.raises(Stopped):
            propose(endpoint, tmp_path, classes, pace=pace, tell=_stopping_at(4, _stop))
        held = len(_files(tmp_path))
        assert 4 <= held < 10
        asked = len(endpoint.requests)
        proposed = propose(endpoint, tmp_path, classes, pace=pace)
    assert len(proposed.proposals) == 10
    assert len(endpoint.requests) == asked + 10 - held
    assert sum(spend.stored for spend in proposed.spend) == held


def test_an_endpoint_that_goes_away_keeps_its_answers(tmp_path: Path) -> None:
    """The stage stops when the retries are used up; the next run asks for the rest alone."""
    classes, pace = things(8), Pace(retries=2, concurrency=2)
    with serve(_good) as endpoint, pytest.raises(Unreachable):
        propose(endpoint, tmp_path, classes, pace=pace, tell=_stopping_at(3, lambda: endpoint.close()))
    held = len(_files(tmp_path))
    assert 3 <= held < 8
    with serve(_good, port=endpoint.port) as back:
        proposed = propose(back, tmp_path, classes, pace=pace)
    assert len(proposed.proposals) == 8
    assert len(back.requests) == 8 - held


def test_an_endpoint_that_is_restarted_is_waited_for(tmp_path: Path) -> None:
    """Where answers came before, a refused connection is retried."""
    classes, pace = things(4), Pace(retries=2, concurrency=1)
    with ExitStack() as stack:
        endpoint = stack.enter_context(serve(_good))

        def restart(details: RetryDetails) -> None:
            stack.enter_context(serve(_good, port=endpoint.port))

        stack.callback(set_on_retry_hooks, get_on_retry_hooks())
        set_on_retry_hooks([restart])
        proposed = propose(endpoint, tmp_path, classes, pace=pace, tell=_stopping_at(2, endpoint.close))
    assert len(proposed.proposals) == 4
    assert len(endpoint.requests) == 2
