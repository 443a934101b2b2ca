"""Data roots on a local disk and on an object store's like."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest


@pytest.fixture(params=["local", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty data root of either kind."""
    if request.param == "local":
        yield str(tmp_path / "root")
        return
    place = f"memory://{uuid.uuid4().hex}"
    yield place
    fs, path = fsspec.core.url_to_fs(place)
    if fs.exists(path):
        fs.rm(path, recursive=True)
