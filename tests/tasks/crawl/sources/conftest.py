"""The API that the tests of the sources ask."""

from collections.abc import Iterator

import pytest

from tests.tasks.crawl.sources.api import Api, run_api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A fresh server, with nothing asked yet, and a key for the source that wants one."""
    monkeypatch.setenv("FLICKR_API_KEY", "0123456789abcdef")
    with run_api() as running:
        yield running
