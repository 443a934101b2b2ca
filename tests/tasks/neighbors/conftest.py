"""The dictionaries that names are vetted by: a tiny one, and WordNet where it is installed."""

from pathlib import Path

import pytest

from tasks.neighbors.wordnet import DEBIAN, WordNet, open_wordnet
from tests.tasks.neighbors.tiny_wordnet import write_wordnet


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny dictionary."""
    return write_wordnet(tmp_path_factory.mktemp("wordnet"))


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> WordNet:
    """The tiny dictionary."""
    wordnet = open_wordnet(str(tiny_folder))
    assert wordnet
    return wordnet


@pytest.fixture(scope="session")
def real() -> WordNet:
    """The whole of WordNet, where it is installed."""
    wordnet = open_wordnet("auto")
    if wordnet is None:
        pytest.skip(f"there is no WordNet dictionary at {DEBIAN}: install Debian's wordnet-base")
    return wordnet


@pytest.fixture(scope="session", params=["tiny", "real"])
def wordnet(request: pytest.FixtureRequest) -> WordNet:
    """Either dictionary."""
    found: WordNet = request.getfixturevalue(request.param)
    return found
