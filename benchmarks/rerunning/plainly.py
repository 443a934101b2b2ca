"""The very flows and tasks of the pipeline as plain functions: no run, no request, no artifact, no hook."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import uuid4

from prefect import Flow, State, Task
from prefect.artifacts import Artifact
from prefect.client.schemas.objects import Artifact as Written
from prefect.context import SettingsContext
from prefect.futures import PrefectConcurrentFuture, PrefectFuture, wait
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.callables import expand_mapping_parameters, get_call_parameters

import flows.crawl as crawling

T = TypeVar("T")

_POOL: ContextVar[ThreadPoolExecutor] = ContextVar("pool")
"""Where the tasks of the innermost flow run."""


def _bare(returned: Any) -> Any:
    """What a flow or a task returned, out of the state that names it."""
    return returned.data if isinstance(returned, State) else returned


def _width(flow: Flow[..., Any]) -> int:
    """As many threads as the flow's own runner has."""
    if not isinstance(flow.task_runner, ThreadPoolTaskRunner):
        raise TypeError(f"{flow.name}: only threads have a plain counterpart here, not {flow.task_runner!r}")
    return flow.task_runner._max_workers


def _call(flow: Flow[..., Any], *args: Any, **kwargs: Any) -> Any:
    """In place of Flow.__call__."""
    with ThreadPoolExecutor(_width(flow)) as pool:
        token = _POOL.set(pool)
        try:
            return _bare(flow.fn(*args, **kwargs))
        finally:
            _POOL.reset(token)


def _submit(
    task: Task[..., Any], *args: Any, wait_for: Iterable[PrefectFuture[Any]] = (), **kwargs: Any
) -> PrefectFuture[Any]:
    """In place of Task.submit; the future is of Prefect's own class, which needs no run."""

    def work() -> Any:
        wait(list(wait_for))
        return _bare(task.fn(*args, **kwargs))

    return PrefectConcurrentFuture(uuid4(), _POOL.get().submit(copy_context().run, work))


def _map(task: Task[..., Any], *args: Any, **kwargs: Any) -> list[PrefectFuture[Any]]:
    """In place of Task.map."""
    given = get_call_parameters(task.fn, args, kwargs, apply_defaults=False)
    return [_submit(task, **each) for each in expand_mapping_parameters(task.fn, given)]


def _unwritten(*_: Any, **__: Any) -> Written:
    """In place of Artifact.create: of what was written only the id is asked for."""
    return Written.model_construct(id=uuid4())


@contextmanager
def plainly() -> Iterator[None]:
    """Flows that are called meanwhile run as plain functions, their tasks in threads as many as Prefect would take.

    Retries of tasks are left out: what fails is raised.
    """
    places: list[tuple[object, str, Callable[..., Any]]] = [
        (Flow, "__call__", _call), (Task, "submit", _submit), (Task, "map", _map), (Artifact, "create", _unwritten),
        (crawling, "turn", lambda _: nullcontext()),
    ]  # fmt: skip
    with ExitStack() as stack:
        for owner, name, ours in places:
            stack.enter_context(patch.object(owner, name, ours))
        yield


def called_plainly(work: Callable[[], T]) -> T:
    """What the function gives when it runs plainly and outside of any run that this thread is in."""
    told = SettingsContext.get()
    if told is None:
        raise RuntimeError("Prefect has no settings here, so it is not known which server is to be left alone")
    same = SettingsContext(profile=told.profile, settings=told.settings)

    def alone() -> T:
        with same, plainly():
            return work()

    return Context().run(alone)
