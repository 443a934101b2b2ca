"""Partitions of a flow run where the recipe's runner places them."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL, temporary_settings
from yarl import URL

from flows.runner import Ray, Runner
from storage import filesystem
from storage.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from prefect_ray import RayTaskRunner

logger = logging.getLogger(__name__)

PROJECT = Path(__file__).parents[1]
NAMESPACE = "category-extrapolation"
_SETUP = {"worker_process_setup_hook": "prefect.logging.configuration.setup_logging"}
"""What each process of a cluster does at its start, for what partitions log to reach the Prefect server."""

_ANSWER_SECONDS = 10.0
"""In which a cluster takes a connection."""


def _code(data_root: str) -> dict[str, Any]:
    """The project as every host of a cluster gets it: without what .gitignore names, and without the data root."""
    root = Path(data_root)
    below = [f"/{root.relative_to(PROJECT)}/"] if root.is_relative_to(PROJECT) else []
    return {"working_dir": str(PROJECT), "excludes": [*below, "/.git/", "/docs/", "/tests/"]}


def _require_seen(data_root: str) -> None:
    if filesystem.is_local(data_root) and not Path(data_root).is_absolute():
        raise BadInput(
            f"data_root {data_root} is a path of this folder, which the hosts of a Ray cluster do not know",
            "give a bucket (s3://...), or the absolute path of a folder that all of its hosts share",
        )


def _answers(address: str) -> None:
    """Raise OSError where nothing listens at HOST:PORT or ray://HOST:PORT, which Ray would try for minutes."""
    where = URL(address if "://" in address else f"ray://{address}")
    if where.host and where.port is not None:  # not so for auto, which Ray knows to look up
        socket.create_connection((where.host, where.port), timeout=_ANSWER_SECONDS).close()


def _join(address: str, data_root: str) -> None:
    """Join a cluster; Unreachable where none answers."""
    import ray

    _require_seen(data_root)
    try:
        _answers(address)
        ray.init(address, namespace=NAMESPACE, log_to_driver=False, runtime_env={**_SETUP, **_code(data_root)})
    except OSError as error:  # a ConnectionError too
        raise Unreachable(
            f"no Ray cluster answers at runner.address {address}: {error}",
            "start one (ray start --head), correct the address, or leave it out for a cluster of this machine; to join "
            "one that wants a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN",
        ) from error


def _start(workers: int) -> None:
    """Start a cluster of this machine, which ends with this process."""
    import ray

    logger.info("starting a Ray cluster of this machine, %d partitions at once", workers)
    ray.init(
        num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.WARNING,
        namespace=NAMESPACE, runtime_env=_SETUP,
    )  # fmt: skip


def _connect(runner: Ray, data_root: str) -> None:
    """Once for as long as this process lives; BadInput where the extra is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report to its makers
    try:
        import ray
    except ImportError as error:
        raise BadInput("runner.kind is ray, and Ray is not installed", "pip install --editable '.[ray]'") from error
    if ray.is_initialized():
        return
    if runner.address is None:
        _start(runner.workers)
    else:
        _join(runner.address, data_root)


def _gpus() -> int:
    """A GPU for each partition, where the cluster has one at all."""
    import ray

    return int(ray.cluster_resources().get("GPU", 0) >= 1)  # type: ignore[no-untyped-call]  # Ray's own


def _ray(runner: Ray, data_root: str) -> "RayTaskRunner[Any]":
    _connect(runner, data_root)
    from prefect_ray import RayTaskRunner

    return RayTaskRunner()


def _server() -> str:
    """The address of the server at work, which may be one that this process has started for itself."""
    with get_client(sync_client=True) as client:
        return str(client.api_url)


@contextmanager
def placed(runner: Runner, data_root: str, gpu: bool = False) -> Iterator[None]:
    """What the flow submits within the block goes to the runner; partitions that could use a `gpu` ask for one.

    Raises BadInput where the runner cannot be used, and Unreachable where it does not answer.
    """
    here = FlowRunContext.get()
    if here is None or not isinstance(runner, Ray):
        yield
        return
    with _ray(runner, data_root) as there:
        from prefect_ray.context import remote_options

        told = {"num_gpus": _gpus()} if gpu else {}
        with (
            temporary_settings({PREFECT_API_URL: _server()}),
            here.model_copy(update={"task_runner": there}),
            remote_options(**told),
        ):
            yield
