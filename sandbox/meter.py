"""What the language model's endpoint was asked and what its answers cost, as a provider would bill it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

CHARACTERS_A_TOKEN = 4
"""Of English text, near enough for a bill."""


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def digest(question: str) -> str:
    """A question's name on the bill: the SHA-256 of the last user message, in hexadecimal."""
    return hashlib.sha256(question.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Bill:
    """What one sandbox's endpoint did so far.

    `requests` were received, malformed ones included; `answered` of them with 200. Tokens are those of
    every answer produced, also where the client left before it came. `faults` counts requests by
    fault, `questions` 200 answers by the question's digest.
    """

    requests: int
    answered: int
    prompt_tokens: int
    completion_tokens: int
    faults: Mapping[str, int]
    questions: Mapping[str, int]


@dataclass(slots=True)
class Meter:
    """The counts behind the bill; `asked` and `answered` are by digest, `asked` without malformed requests."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def times(self, question: str) -> int:
        """How often a question was asked so far."""
        return self.asked[digest(question)]

    def ask(self, question: str, fault: str | None) -> None:
        """Count a question, and the fault that hits it."""
        self.asked[digest(question)] += 1
        if fault is not None:
            self.faults[fault] += 1

    def answer(self, question: str) -> None:
        """Count a 200 answer to a question."""
        self.answered[digest(question)] += 1

    def charge(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count the tokens of an answer."""
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens

    def bill(self) -> Bill:
        """The counts so far."""
        return Bill(
            self.requests, self.answered.total(), self.prompt_tokens, self.completion_tokens,
            dict(self.faults), dict(self.answered),
        )  # fmt: skip
