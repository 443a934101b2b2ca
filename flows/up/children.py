"""Processes that are started one after the other, spoken for while they run, and ended as one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

from flows.up.furnish import PROJECT
from flows.up.interrupts import Interrupts
from storage.errors import ProcessFailed
from training.lifeline import as_starter

EVERY_SECONDS = 0.2
LAST_LINES = 20
"""Lines of a process's output that are shown where it has failed."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process of Prefect's with a session of its own, whose output goes to a file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    shown: BinaryIO | None
    """Its output as far as it has been repeated; None where it is not to be."""

    lasting: bool
    """Whether it is to run on; else it has done its work when it ends with exit code 0."""

    def repeat(self, screen: TextIO) -> None:
        """Pass on what it has said since, line by line under its name."""
        if self.shown is None:
            return
        said = self.shown.read()
        whole = said[: said.rfind(b"\n") + 1]
        self.shown.seek(len(whole) - len(said), os.SEEK_CUR)  # what is not a line yet is read again
        screen.writelines(f"{self.name} | {line}\n" for line in whole.decode(errors="replace").splitlines())
        screen.flush()

    def last_words(self) -> str:
        """The end of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]) or "it said nothing"


@dataclass(frozen=True, slots=True)
class Children:
    """The processes of one machine; `folder` takes their outputs."""

    folder: Path
    environment: Mapping[str, str]
    interrupts: Interrupts
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, words: Sequence[str], *, aloud: bool = False, lasting: bool = True) -> Child:
        """Start `prefect WORDS`; its output is repeated on this terminal where it is `aloud`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603  # Prefect
                [sys.executable, "-m", "flows.up.child", *words], cwd=PROJECT,
                env={**self.environment, **as_starter(), "PWD": str(PROJECT)},  # which prefect.yaml asks for
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        child = Child(name, process, log, log.open("rb") if aloud else None, lasting)
        self.running.append(child)
        return child

    def _look(self) -> None:
        """Repeat what was said, and raise ProcessFailed where a process has failed, or ended that was to run on."""
        for child in self.running:
            child.repeat(sys.stdout)
            code = child.process.poll()
            if code is not None and (code or child.lasting):
                how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
                raise ProcessFailed(
                    f"{child.name} {how}; the end of what it said:\n{child.last_words()}",
                    f"mend what it names (all of it: {child.log}) and start again; all other processes were ended",
                )

    def until(self, reached: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is so; raises ProcessFailed where it takes too long or a process ends before."""
        end = time.monotonic() + seconds
        while not reached():
            self._look()
            if time.monotonic() > end:
                raise ProcessFailed(f"{what} took over {seconds:.0f} seconds", f"see what {self.folder} says of it")
            self.interrupts.pause(EVERY_SECONDS)

    def finish(self, name: str, words: Sequence[str], seconds: float) -> None:
        """Run `prefect WORDS` to its end; raises ProcessFailed where it fails."""
        child = self.start(name, words, lasting=False)
        self.until(lambda: child.process.poll() == 0, seconds, name)
        self.running.remove(child)

    def watch(self) -> NoReturn:
        """Speak for them all until one of them ends (ProcessFailed) or a signal comes (Interrupted)."""
        while True:
            self._look()
            self.interrupts.pause(EVERY_SECONDS)
