"""Progress of a long partition as log lines, a few seconds apart: never a line a picture."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


def counted(what: str, total: int) -> Callable[[int], None]:
    """A callback that is told how many more items are done, and now and then says so."""
    done, said = 0, time.monotonic()

    def tell(more: int) -> None:
        nonlocal done, said
        done += more
        if time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            logger.info("%s: %s of %s", what, f"{done:,}", f"{total:,}")

    return tell
