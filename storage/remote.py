"""Object stores: one client a process, and their errors under names of ours."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import fsspec

from storage.errors import BadInput, Unreachable

KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the AWS profile, of who may read, write and list there"
AGAIN = "look at AWS_ENDPOINT_URL and the network; then the same command goes on from what is whole"
BUCKET = "create the bucket, or name another one in data_root (s3://BUCKET/PREFIX)"


@cache
def _of_process(protocol: str, process: int) -> Any:  # noqa: ARG001  # a key of the cache
    if protocol == "s3":
        if importlib.util.find_spec("s3fs") is None:
            raise BadInput("data_root is on s3://, and s3fs is not installed", "pip install -e '.[s3]'")
        return fsspec.filesystem(protocol, use_listings_cache=False)  # others write there too
    return fsspec.filesystem(protocol)


def filesystem_of(protocol: str) -> Any:  # fsspec ships no types
    """The process's own client: connections and threads of a parent do not live on in a fork. Raises BadInput."""
    return _of_process(protocol, os.getpid())


def _named(error: Exception, path: str) -> BadInput | Unreachable:
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        return BadInput(f"s3://{path}: {error}", KEYS)
    return Unreachable(f"s3://{path}: {type(error).__name__}: {error}", AGAIN)


@contextmanager
def asking(fs: Any, path: str) -> Iterator[None]:
    """Around a call of a store: raises BadInput or Unreachable for what s3fs raises, but FileNotFoundError as it is."""
    if "s3" not in fs.protocol:
        yield
        return
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BotoCoreError) as error:
        raise _named(error, path) from error


@contextmanager
def placing(fs: Any, path: str) -> Iterator[None]:
    """Around a write, as `asking`; there a missing file can only be a missing bucket."""
    try:
        with asking(fs, path):
            yield
    except FileNotFoundError as error:
        raise BadInput(f"s3://{path}: there is no bucket {path.partition('/')[0]}", BUCKET) from error
