"""Small label sets, and the model behind a test's endpoint that names their neighbors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from storage.records import AnswerReason, TargetClass
from tasks.neighbors.llm.answer import Answer, Named, render
from tasks.neighbors.llm.config import LanguageModel, Pace
from tasks.neighbors.llm.generate import generate
from tasks.neighbors.llm.store import Store
from tasks.neighbors.proposed import Proposed
from tests.tasks.neighbors.llm.endpoint import Endpoint

FRUITS = (TargetClass(0, "lemon", 5, 1, 1), TargetClass(1, "golden delicious", 2, 0, 1))


def naming(*names: str) -> str:
    """An answer that names these."""
    named = (Named(name=name, relation="sibling", queries=(name,), why="it is like it") for name in names)
    return render(Answer(neighbors=tuple(named)))


GOOD = naming("lime")


def things(number: int) -> list[TargetClass]:
    """Classes of equally long names, each rarer than the one before: thing 00, thing 01, ... ."""
    return [TargetClass(label, f"thing {label:02}", 100 - label, 0, 0) for label in range(number)]


def parrot(url: str, **fields: Any) -> LanguageModel:  # fields of the section, of many types
    """A model that needs no key and is asked without retries."""
    return LanguageModel(
        **{"base_url": url, "model": "parrot", "key_variable": None, "pace": Pace(retries=0), "seed": 7} | fields
    )


def propose(
    endpoint: Endpoint,
    root: Path,
    classes: Sequence[TargetClass] = FRUITS,
    *,
    count: int = 8,
    as_of: str = "",
    refresh: str = "",
    tell: Callable[[int], None] = lambda _: None,
    **fields: Any,
) -> Proposed:
    """What the endpoint's model names for the classes, `count` names each."""
    model, counts = parrot(endpoint.url, **fields), {target.label: count for target in classes}
    return generate(classes, counts, model, as_of, Store(str(root), refresh), tell)


def reasons(proposed: Proposed) -> dict[int, AnswerReason]:
    """Why each class without names has none, by label."""
    return {row.label: row.reason for row in proposed.unanswered}
