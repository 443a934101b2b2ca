"""A finished run of the tiny world, for the browser to look at."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import chromium
from tests.browser.finished import Finished, finished
from tests.flows.conftest import World
from tests.flows.conftest import world as world  # the fixture


@pytest.fixture(scope="session")
def tiny(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """The tiny world's pipeline has run, and two deployments wait for somebody to run them."""
    chromium()  # where there is none, nothing of this is worth its minutes
    with finished(tmp_path_factory.mktemp("finished"), str(world.recipe_path), ["pipeline", "crawl"]) as ran:
        yield ran
