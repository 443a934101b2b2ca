"""What the tests of networks share."""

import pytest

from tests.training.models.networks import know_the_clip


@pytest.fixture(scope="session", autouse=True)
def _clip(tmp_path_factory: pytest.TempPathFactory) -> None:
    know_the_clip(tmp_path_factory.mktemp("architectures"))
