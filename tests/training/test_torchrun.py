"""Which of several failures the others follow from."""

import json
import signal
from pathlib import Path

from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

from training.torchrun import Known, first


def failed(code: int, error_file: Path | None = None) -> ProcessFailure:
    """A process that ended with this exit code, and what it may have left."""
    return ProcessFailure(local_rank=0, pid=1, exitcode=code, error_file=str(error_file))


def test_a_killed_process_comes_before_those_that_lost_it() -> None:
    """Though they are noticed at the same time, and have lower numbers."""
    told = first({0: failed(1), 1: failed(-signal.SIGKILL), 2: failed(-signal.SIGTERM)})
    assert (told.process, told.code, told.known) == (1, -signal.SIGKILL, None)


def test_one_that_ended_by_itself_comes_before_those_that_torchrun_has_ended() -> None:
    """torchrun ends the others by SIGTERM."""
    assert first({0: failed(-signal.SIGTERM), 1: failed(1)}).process == 1


def test_an_error_of_ours_comes_first_of_all(tmp_path: Path) -> None:
    """It is no loss of another process, and one that does not heed SIGTERM is killed."""
    known = Known(kind="Diverged", problem="step 3: nan", mend="lower train.lr")
    path = tmp_path / "error.json"
    path.write_text(json.dumps({"message": "said", "timestamp": 1, **known.model_dump()}))
    told = first({0: failed(-signal.SIGKILL), 1: failed(1), 2: failed(1, path)})
    assert (told.process, told.known) == (2, known)
