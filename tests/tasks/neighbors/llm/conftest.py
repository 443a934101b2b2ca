from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def without_back_off() -> Iterator[None]:
    """Retry as often as the recipe says, and never wait before it."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
