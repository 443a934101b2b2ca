"""How forward passes share a machine."""

import pytest
import torch

from storage.errors import BadInput
from vision.computing import device_of, one_core_each


def test_cores_are_given_back_by_the_last_that_shares_them() -> None:
    """Whoever leaves first, and however often they overlap."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        one, other = one_core_each(), one_core_each()
        one.__enter__()
        other.__enter__()
        one.__exit__(None, None, None)
        assert torch.get_num_threads() == 1
        other.__exit__(None, None, None)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "mps:7"])
def test_a_device_that_is_not_there_is_named(name: str) -> None:
    """The error names it and the field, whether it is misspelled or this machine has none."""
    with pytest.raises(BadInput, match=f"device: torch can use no {name} here") as caught:
        device_of(name)
    assert "embed.device" in caught.value.mend


def test_auto_is_a_device_that_is_there() -> None:
    """What it says can be used."""
    assert device_of(device_of("auto")) in ("cpu", "cuda")
