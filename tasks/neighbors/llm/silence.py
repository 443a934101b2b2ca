"""When an endpoint counts as down: it has answered nobody for too long."""

import time
from dataclasses import dataclass, field

from storage.errors import Unreachable
from tasks.neighbors.llm.config import LanguageModel


@dataclass(slots=True)
class Silence:
    """How long an endpoint has answered nothing, in seconds of time.monotonic, and the questions that it left so.

    One question alone is never the sign of it: that may be the question's own fault. Once it is `down`, that says why,
    and no further question is asked.
    """

    patience: float
    since: float = field(default_factory=time.monotonic)
    questions: set[str] = field(default_factory=set)
    down: str = ""

    def broken(self) -> None:
        """An answer has come, whichever."""
        self.since = time.monotonic()
        self.questions.clear()

    def met(self, question: str, trouble: str) -> None:
        """A request for this class has come to nothing."""
        self.questions.add(question)
        if len(self.questions) > 1 and time.monotonic() - self.since > self.patience:
            self.down = self.down or trouble

    def check(self, model: LanguageModel) -> None:
        """Raise Unreachable where the endpoint has been down."""
        if self.down:
            raise Unreachable(
                f"{model.base_url} (`neighbors.provider.base_url`) has not answered for {self.patience:g} seconds, "
                f"whatever class it was asked for; at last: {self.down}",
                "see whether it is up, or give it longer in `neighbors.provider.pace.patience`; answers given so far "
                "are held, and the same command asks for the rest alone",
            )
