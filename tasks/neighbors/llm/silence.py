"""When an endpoint counts as down: it answers nothing for too long, not even what it has answered before."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from storage.errors import Unreachable
from tasks.neighbors.llm.answer import Question
from tasks.neighbors.llm.config import LanguageModel


@dataclass(slots=True)
class Silence:
    """How long an endpoint has answered nothing, in seconds of time.monotonic, and the classes that it left so.

    Questions may be the cause of their own silence, however many there are of them. So a long silence is put to the
    test: a question that was answered before, the `control`, is asked again. Where none was, two classes are the sign
    of an endpoint that is down, for one alone never is. Once it is `down`, that says why, and no further question is
    asked.
    """

    patience: float
    control: Question | None = None
    down: str = ""
    since: float = field(default_factory=time.monotonic)
    classes: set[str] = field(default_factory=set)
    testing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def broken(self) -> None:
        """An answer has come, whichever."""
        self.since = time.monotonic()
        self.classes.clear()

    def _is_long(self) -> bool:
        return not self.down and time.monotonic() - self.since > self.patience

    async def met(self, question: Question, trouble: str, answers: Callable[[Question], Awaitable[bool]]) -> None:
        """A request for this class has come to nothing; `answers` says whether one for the control does not."""
        self.classes.add(question.name)
        async with self.testing:
            if not self._is_long() or (self.control is None and len(self.classes) < 2):
                return
            if self.control is not None and await answers(self.control):
                self.broken()
            elif self._is_long():  # no other answer has come meanwhile
                self.down = trouble

    def check(self, model: LanguageModel) -> None:
        """Raise Unreachable where the endpoint has been down."""
        if self.down:
            raise Unreachable(
                f"{model.base_url} (`neighbors.provider.base_url`) has not answered for {self.patience:g} seconds, "
                f"whatever class it was asked for; at last: {self.down}",
                "see whether it is up, or give it longer in `neighbors.provider.pace.patience`; answers given so far "
                "are held, and the same command asks for the rest alone",
            )
