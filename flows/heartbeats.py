"""Heartbeats of the stages within a pipeline's run, by which a server knows that their process lives.

Prefect would send them itself, from a thread a flow whose end takes up to a second: ten for a run that does nothing.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from tasks.progress import beside

P = ParamSpec("P")
R = TypeVar("R")

HEARTBEAT = "prefect.flow-run.heartbeat"
"""The event's name, as Prefect's own has it and automations.yaml waits for it."""

_EVERY_SECONDS: ContextVar[int | None] = ContextVar("heartbeat_seconds", default=None)


@contextmanager
def ours() -> Iterator[None]:
    """Flows that are run in the block leave their heartbeats to `beating`; as often as Prefect is set to send them."""
    token = _EVERY_SECONDS.set(PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value())
    try:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield
    finally:
        _EVERY_SECONDS.reset(token)


@contextmanager
def _beating() -> Iterator[None]:
    every, context = _EVERY_SECONDS.get(), FlowRunContext.get()
    if every is None or context is None or context.flow_run is None:
        yield
        return
    resource = {
        "prefect.resource.id": f"prefect.flow-run.{context.flow_run.id}",
        "prefect.resource.name": context.flow_run.name,
    }

    def beat(over: threading.Event) -> None:
        emit_event(HEARTBEAT, resource)
        while not over.wait(every):
            emit_event(HEARTBEAT, resource)

    with beside(beat):
        yield


def beating(work: Callable[P, R]) -> Callable[P, R]:
    """Send the heartbeats of the flow run whose function this decorates, where `ours` has taken them over.

    A function that can be pickled, as a flow whose partitions run on Ray must be; a decorating generator cannot.
    """

    @functools.wraps(work)
    def beats(*args: P.args, **kwargs: P.kwargs) -> R:
        with _beating():
            return work(*args, **kwargs)

    return beats
