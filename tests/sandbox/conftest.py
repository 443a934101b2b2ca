"""One tiny data set and one running sandbox over it, shared by the tests that only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.photographs import Photographs, load_photographs
from sandbox.process import SandboxProcess, running
from tests.corpora import make_grocery_like


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny data set in Grocery's layout."""
    return make_grocery_like(tmp_path_factory.mktemp("grocery"), groups=3, per_class=20, size=64)


@pytest.fixture(scope="session")
def corpus(folder: Path) -> Photographs:
    """The tiny data set as a corpus."""
    return load_photographs(folder, folder / "split.json", seed=0)


@pytest.fixture(scope="session")
def sandbox(folder: Path) -> Iterator[SandboxProcess]:
    """A sandbox that serves it."""
    with running(folder) as process:
        yield process
