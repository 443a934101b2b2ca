"""The server that the crawl's tests ask."""

from collections.abc import Iterator

import pytest

from tests.tasks.crawl.world import World, run_world


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh server, with nothing asked yet."""
    with run_world() as running:
        yield running
