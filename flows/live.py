"""One line at the foot of a terminal that is rewritten in place; log lines go above it."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from tasks.progress import BOARD, Snapshot, beside, line
from tasks.progress.lines import logger as partition_lines

EVERY_SECONDS = 0.25
ERASE = "\r\x1b[K"


class LiveHandler(logging.StreamHandler[TextIO]):
    """Log lines, and below them one line that is not one of the log; both under the handler's own lock."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._line = ""
        self._frozen = False

    @property
    def on_terminal(self) -> bool:
        """Whether a line can be rewritten where it goes."""
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    def emit(self, record: logging.LogRecord) -> None:
        """Write a log line in the place of the live one, and that again below it."""
        if self._line:
            self.stream.write(ERASE)
        super().emit(record)
        if self._line:
            self.stream.write(self._line)
            self.flush()

    def show(self, text: str) -> None:
        """Rewrite the live line; an empty text takes it away."""
        self.acquire()
        try:
            if not self._frozen and text != self._line:
                self._line = text
                self.stream.write(ERASE + text)
                self.flush()
        finally:
            self.release()

    def freeze(self) -> None:
        """Leave the line as it stands; without the lock, for a signal that came while it was held."""
        self._frozen, self._line = True, ""


def fitting(sums: dict[str, Snapshot], width: int) -> str:
    """The line of the stages that run, with as many reasons as fit into the width, and never longer."""
    text = ""
    for reasons in (3, 2, 1, 0):
        text = "  ".join(line(stage, now, reasons) for stage, now in sums.items())
        if len(text) < width:
            return text
    return text[: width - 1]  # the last column would wrap


@contextmanager
def live(handler: LiveHandler) -> Iterator[None]:
    """Show the running partitions of this process while the block runs; on no terminal, their log lines do."""
    if not handler.on_terminal:
        yield
        return

    def redraw(over: threading.Event) -> None:
        while not over.wait(EVERY_SECONDS):
            handler.show(fitting(BOARD.sums(), shutil.get_terminal_size().columns))

    handler.addFilter(lambda record: record.name != partition_lines.name)
    try:
        with beside(redraw):
            yield
    finally:
        handler.show("")
