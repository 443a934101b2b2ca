"""Which device a process trains on, by the variables that torchrun gives it."""

import pytest
import torch
from torch import distributed

from storage.errors import BadInput
from training import devices
from training.processes import joined


@pytest.fixture(autouse=True)
def _two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two GPUs on which nothing is computed, and processes that need not find each other."""
    monkeypatch.setattr(devices, "device_of", lambda name: "cuda" if name == "auto" else name)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for place, name in ((torch.cuda, "set_device"), (distributed, "init_process_group")):
        monkeypatch.setattr(place, name, lambda _: None)
    monkeypatch.setattr(distributed, "destroy_process_group", lambda: None)


def device(monkeypatch: pytest.MonkeyPatch, name: str, number: int, here: int, everywhere: int) -> str:
    """That of the process of this number on a machine where so many run, of so many everywhere."""
    told = {"RANK": number, "LOCAL_RANK": number, "LOCAL_WORLD_SIZE": here, "WORLD_SIZE": everywhere}
    for variable, value in told.items():
        monkeypatch.setenv(variable, str(value))
    with joined(name) as own:
        return str(own)


@pytest.mark.parametrize("name", ["auto", "cuda"])
@pytest.mark.parametrize(("here", "everywhere"), [(1, 1), (2, 2), (2, 8)])
def test_every_process_has_a_gpu_of_its_own(
    name: str, here: int, everywhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one of its number on its machine."""
    for number in range(here):
        assert device(monkeypatch, name, number, here, everywhere) == f"cuda:{number}"


@pytest.mark.parametrize("everywhere", [1, 4])
def test_a_process_alone_on_its_machine_may_name_its_gpu(everywhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its number, and however many there are on other machines."""
    assert device(monkeypatch, "cuda:1", 0, 1, everywhere) == "cuda:1"


def test_one_gpu_for_several_processes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the names that would do."""
    with pytest.raises(BadInput, match=r"cuda:1 is one device for 2 processes\n.*auto or cuda"):
        device(monkeypatch, "cuda:1", 0, 2, 2)


def test_more_processes_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By all of them, with how many may be started."""
    for number in range(3):
        with pytest.raises(BadInput, match=r"3 processes .* 2 GPUs\n.*--nproc-per-node 2"):
            device(monkeypatch, "auto", number, 3, 3)


def test_any_number_of_processes_shares_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one device cpu, and it is all of them."""
    assert device(monkeypatch, "cpu", 5, 6, 6) == "cpu"


def test_a_starter_may_tell_of_all_machines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """All its processes are then taken to be on this one."""
    for variable, value in {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    with joined("auto") as own:
        assert str(own) == "cuda:1"
