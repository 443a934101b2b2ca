"""The log lines of a partition that fetches: for files, for other machines, for the Prefect UI."""

import logging
import threading
from contextlib import AbstractContextManager

from tasks.progress.beside import beside
from tasks.progress.log import EVERY_SECONDS
from tasks.progress.snapshot import line
from tasks.progress.told import Progress

logger = logging.getLogger(__name__)
"""Its lines and no others, so that a terminal with a live line can leave them out."""


def logged(progress: Progress, seconds: float = EVERY_SECONDS) -> AbstractContextManager[None]:
    """Say a partition's line every few seconds while it runs."""

    def say(over: threading.Event) -> None:
        while not over.wait(seconds):
            logger.info("%s", line(progress.title, progress.snapshot()))

    return beside(say)
