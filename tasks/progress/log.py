"""Progress of a long partition as log lines, a few seconds apart: never a line a picture."""

import logging
import time
from collections.abc import Callable

from tasks.progress.watching import Moment, watch

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


def counted(what: str, total: int) -> Callable[[int], None]:
    """A callback that is told how many more items are done, and now and then says so."""
    done, said = 0, time.monotonic()

    def now() -> Moment:
        percent = min(100.0, 100 * done / total) if total else 100.0
        return Moment(percent, f"{what}: {done:,} of {total:,}")

    def tell(more: int) -> None:
        nonlocal done, said
        done += more
        if time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            logger.info("%s", now().said)

    watch(now)
    return tell
