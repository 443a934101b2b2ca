"""torchrun, which ends with its starter and leaves word of the process that failed first.

python -m training.torchrun FAILURE.json [what torchrun takes ...]
"""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from storage import filesystem
from storage.section import Section
from training.lifeline import end_with_starter

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure


class Known(Section):
    """An error of ours that stopped a process: its class's name, and what it says."""

    kind: str
    problem: str
    mend: str


class Failure(Section):
    """How the process that failed first has ended: `code` is minus the signal where one has killed it."""

    process: int
    code: int
    known: Known | None = None


def _known(failure: "ProcessFailure") -> Known | None:
    told = failure.error_file_data
    if not isinstance(told, dict) or not Known.model_fields.keys() <= told.keys():
        return None
    return Known.model_validate({name: told[name] for name in Known.model_fields})


def first(failures: "Mapping[int, ProcessFailure]") -> Failure:
    """The failure that the others follow from: whoever loses the others fails too, a moment later.

    An error of ours is never such a loss, and a process that was killed comes before one that could end by itself.
    Those that torchrun has ended for the others' sake come last.
    """

    def place(process: int) -> tuple[int, int]:
        failure = failures[process]
        if failure.exitcode == -signal.SIGTERM:
            return 3, failure.timestamp
        return (0 if _known(failure) else 1 if failure.exitcode < 0 else 2), failure.timestamp

    process = min(failures, key=place)
    return Failure(process=process, code=failures[process].exitcode, known=_known(failures[process]))


def main() -> None:
    """Run torchrun; where a process has failed, write which and how, and exit with 1."""
    end_with_starter()
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import parse_args, run

    try:
        run(parse_args(sys.argv[2:]))  # type: ignore[no-untyped-call]  # torch has not typed them
    except ChildFailedError as error:
        filesystem.write_bytes(str(Path(sys.argv[1])), first(error.failures).model_dump_json().encode())
        sys.exit(1)


if __name__ == "__main__":
    main()
