"""Ask a language model for the neighbors of many classes at once, the rarest first."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from storage.records import AnswerReason, Proposal, Relation, Spend, TargetClass, Unanswered
from tasks.neighbors.llm.answer import Question
from tasks.neighbors.llm.ask import NO_ANSWER, ask
from tasks.neighbors.llm.avoid import NearestNames, nearest_names
from tasks.neighbors.llm.budget import Usage
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.llm.endpoint import connect
from tasks.neighbors.llm.prompt import read_prompt
from tasks.neighbors.llm.send import Line, line_to
from tasks.neighbors.llm.store import Given, Store, answer_key
from tasks.neighbors.proposed import Proposed
from tasks.neighbors.shape import misshape

QUERIES = 3
"""Search phrases that one proposal may bring; further ones are left out."""

Answers = dict[int, Given]
"""By label, in the order in which they came."""


def _question(target: TargetClass, count: int, label_set: NearestNames) -> Question:
    return Question(
        name=target.name,
        definition=target.definition or None,
        taxonomy=target.taxonomy or None,
        count=count,
        avoid=label_set.to(target),
    )


async def _earlier(line: Line, store: Store, keys: Mapping[int, str]) -> Answers:
    """What came of asking before; what it cost counts as spent."""
    loaded = await asyncio.gather(*(store.load(key) for key in keys.values()))
    given = {label: one for label, one in zip(keys, loaded, strict=True) if one}
    for one in given.values():
        line.purse.settle(Usage(), Usage(one.prompt_tokens, one.completion_tokens))
    line.silence.control = next((one.question for one in given.values() if one.reason not in NO_ANSWER), None)
    return given


def _stands(given: Given, model: LanguageModel) -> bool:
    """Whether an answer is not asked for again: it can be used, or was given in the form that is wanted still."""
    return given.reason is None or (given.reason not in NO_ANSWER and given.answers == model.answers)


async def _ask_all(
    line: Line,
    store: Store,
    questions: Mapping[int, Question],
    keys: Mapping[int, str],
    earlier: Answers,
    tell: Callable[[int], None],
) -> Answers:
    async def one(label: int, question: Question) -> tuple[int, Given] | None:
        async with line.turns:
            if line.silence.down:
                return None
            given = (await ask(line, question)).after(earlier.get(label))
            await store.save(keys[label], given)
        tell(1)
        return label, given

    answers = await asyncio.gather(*(one(label, question) for label, question in questions.items()))
    line.silence.check(line.model)  # when all have ended, so that what they cost is held
    return dict(answer for answer in answers if answer)


def _proposals(label: int, given: Given, model: str) -> list[Proposal]:
    return [
        Proposal(
            named.name, label, Relation(named.relation), named.queries[:QUERIES], named.why, model, given.prompt, rank
        )
        for rank, named in enumerate(given.neighbors)
    ]


def _spend(label: int, given: Given, model: LanguageModel, stored: bool) -> Spend:
    usage = Usage(given.prompt_tokens, given.completion_tokens)
    return Spend(label, given.requests, usage.prompt, usage.completion, usage.cost(model.prices), stored)


def _nameless(classes: Sequence[TargetClass]) -> list[Unanswered]:
    """Classes whose name reads like no name: they are not shown to the model at all."""
    mend = "give the class a name in targets.class_names"
    found = [(target.label, misshape(target.name)) for target in classes]
    return [Unanswered(label, AnswerReason.NOT_A_NAME, f"{why}: {mend}") for label, why in found if why]


async def _generate(
    classes: Sequence[TargetClass],
    counts: Mapping[int, int],
    model: LanguageModel,
    as_of: str,
    store: Store,
    tell: Callable[[int], None],
) -> Proposed:
    prompt, nameless = read_prompt(model.prompt), _nameless(classes)
    strange = {row.label for row in nameless}
    known = [target for target in classes if target.label not in strange]
    rarest = sorted(known, key=lambda target: (target.train, target.label))
    label_set = nearest_names(known)
    questions = {target.label: _question(target, counts[target.label], label_set) for target in rarest}
    keys = {label: answer_key(question, prompt, model, as_of) for label, question in questions.items()}
    async with connect(model) as client:
        line = line_to(client, model, prompt)
        earlier = await _earlier(line, store, keys)
        held = {label: given for label, given in earlier.items() if _stands(given, model)}
        tell(len(nameless) + len(held))
        missing = {label: question for label, question in questions.items() if label not in held}
        answers = held | await _ask_all(line, store, missing, keys, earlier, tell)
    ordered = sorted(answers.items())
    without = [Unanswered(label, given.reason, given.detail) for label, given in ordered if given.reason]
    return Proposed(
        tuple(each for label, given in ordered for each in _proposals(label, given, model.model)),
        tuple(sorted([*nameless, *without], key=lambda row: row.label)),
        tuple(_spend(label, given, model, label in held) for label, given in ordered),
    )


def generate(
    classes: Sequence[TargetClass],
    counts: Mapping[int, int],
    model: LanguageModel,
    as_of: str,
    store: Store,
    tell: Callable[[int], None] = lambda _: None,
) -> Proposed:
    """Neighbor names for every class, `counts` of them by label; answers that the store holds are not asked for.

    BadInput where the key, model or endpoint is wrong, Unreachable where nothing answers, or no
    longer, for `pace.patience`; a class whose own answer cannot be used is a row of `unanswered`.
    """
    return asyncio.run(_generate(classes, counts, model, as_of, store, tell)) if classes else Proposed(())
