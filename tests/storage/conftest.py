"""Data roots on a local disk, on an object store's like, and on a real S3 server."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from tests.storage.s3 import bucket, moto, used


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's server."""
    with moto() as address:
        yield address


@pytest.fixture(params=["local", "memory", pytest.param("s3", marks=pytest.mark.slow)])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty data root of either kind."""
    if request.param == "local":
        yield str(tmp_path / "root")
        return
    if request.param == "s3":
        with used(request.getfixturevalue("s3_server")):
            yield f"{bucket()}/root"
        return
    place = f"memory://{uuid.uuid4().hex}"
    yield place
    fs, path = fsspec.core.url_to_fs(place)
    if fs.exists(path):
        fs.rm(path, recursive=True)
