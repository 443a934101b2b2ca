"""Nothing is paid for twice: what was answered is held, and what was not is asked again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from storage.records import AnswerReason
from tasks.neighbors.llm.config import Budget, Pace, Prices
from tasks.neighbors.llm.prompt import PROMPTS
from tests.tasks.neighbors.llm.asking import FRUITS, GOOD, naming, propose, things
from tests.tasks.neighbors.llm.endpoint import Prepared, completion, error, question_of, serve

ONE_BY_ONE = Pace(retries=0, concurrency=1)


def _files(root: Path) -> list[Path]:
    return sorted((root / "answers").rglob("*.json"))


def _good(_: object) -> web.Response:
    return completion(GOOD)


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    """It hands back what the first one did, with the cost of then."""
    with serve(_good) as endpoint:
        first = propose(endpoint, tmp_path)
        again = propose(endpoint, tmp_path)
    assert len(endpoint.requests) == 2
    assert again.proposals == first.proposals
    assert again.spend == tuple(replace(spend, stored=True) for spend in first.spend)


def test_a_changed_definition_asks_for_that_class_alone(tmp_path: Path) -> None:
    """The questions of the others are what they were."""
    classes = things(5)
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path, classes)
        classes[3] = replace(classes[3], definition="a thing with three handles")
        propose(endpoint, tmp_path, classes)
    assert endpoint.classes[5:] == ["thing 03"]
    assert endpoint.asked()["definition"] == "a thing with three handles"


def test_a_fresh_run_asks_all_again(tmp_path: Path) -> None:
    """And what it brings is what the next run reads."""
    says = ["lime"]
    with serve(lambda _: completion(naming(*says))) as endpoint:
        propose(endpoint, tmp_path)
        says[:] = ["citron"]
        fresh = propose(endpoint, tmp_path, refresh="first")
        assert len(endpoint.requests) == 4
        held = propose(endpoint, tmp_path)
    assert len(endpoint.requests) == 4
    assert [proposal.name for proposal in fresh.proposals] == ["citron", "citron"]
    assert held.proposals == fresh.proposals
    assert not any(spend.stored for spend in fresh.spend)


def test_a_refresh_reads_what_it_asked_itself(tmp_path: Path) -> None:
    """Tried again it asks for the rest alone; another refresh asks all again, and pays for its own alone."""
    classes = things(4)
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path, classes)
        propose(endpoint, tmp_path, classes[:3], refresh="one")
        again = propose(endpoint, tmp_path, classes[:3], refresh="one")
        assert len(endpoint.requests) == 4 + 3
        other = propose(endpoint, tmp_path, classes[:3], refresh="other")
    assert len(endpoint.requests) == 4 + 3 + 3
    assert [spend.stored for spend in again.spend] == [True] * 3
    assert [(spend.stored, spend.requests) for spend in other.spend] == [(False, 1)] * 3


def test_answers_of_before_refreshes_had_names_are_read(tmp_path: Path) -> None:
    """A file that does not say which refresh asked holds for every run but a refresh."""
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path)
        for file in _files(tmp_path):
            held = json.loads(file.read_bytes())
            held.pop("refresh", None)
            file.write_text(json.dumps(held))
        propose(endpoint, tmp_path)
        assert len(endpoint.requests) == 2
        propose(endpoint, tmp_path, refresh="one")
    assert len(endpoint.requests) == 4


@pytest.mark.parametrize(
    "change",
    [{"model": "macaw"}, {"temperature": 0.1}, {"seed": 8}, {"max_tokens": 100}, {"as_of": "2026-01-02"}, {"count": 3}],
    ids=str,
)
def test_what_changes_an_answer_asks_again(tmp_path: Path, change: dict[str, Any]) -> None:
    """The model, how it samples, the date, and how much is asked for."""
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path)
        propose(endpoint, tmp_path, **change)
    assert len(endpoint.requests) == 4


def test_another_endpoint_is_asked_anew(tmp_path: Path) -> None:
    """What one address answered says nothing of another's model of that name."""
    with serve(_good) as endpoint, serve(_good) as other:
        propose(endpoint, tmp_path)
        propose(other, tmp_path)
    assert len(endpoint.requests) == len(other.requests) == 2


def test_another_prompt_asks_again(tmp_path: Path) -> None:
    """By its text: a copy of the project's own in a folder is no other."""
    folder = Path(shutil.copytree(PROMPTS / "v1", tmp_path / "mine"))
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path)
        propose(endpoint, tmp_path, prompt=str(folder))
        assert len(endpoint.requests) == 2
        (folder / "instructions.md").write_text("Name fruits.")
        propose(endpoint, tmp_path, prompt=str(folder))
    assert len(endpoint.requests) == 4
    assert endpoint.system() == "Name fruits."


@pytest.mark.parametrize(
    "change",
    [
        {"pace": Pace(concurrency=2, retries=1)}, {"budget": Budget(tokens=10**6)}, {"answers": "json"},
        {"prices": Prices(prompt=1, completion=1)},
    ],
    ids=str,
)  # fmt: skip
def test_what_changes_no_answer_asks_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    """Pace, budget, prices and form."""
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path)
        propose(endpoint, tmp_path, **change)
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    ("reply", "reason", "stored"),
    [
        (lambda: error(500, "no"), AnswerReason.REQUEST_FAILED, False),
        (lambda: completion("no"), AnswerReason.MALFORMED, True),
        (lambda: completion("", refusal="no"), AnswerReason.REFUSED, True),
        (lambda: completion("{", finish="length"), AnswerReason.TRUNCATED, True),
        (lambda: completion("[]"), AnswerReason.EMPTY, True),
    ],
)
def test_answers_are_held_and_failures_are_not(
    tmp_path: Path, reply: Prepared, reason: AnswerReason, stored: bool
) -> None:
    """An answer that cannot be used cost as much; a request without any is sent again by the next run."""
    with serve(lambda _: reply()) as endpoint:
        first = propose(endpoint, tmp_path)
        asked = len(endpoint.requests)
        again = propose(endpoint, tmp_path)
    assert [row.reason for row in first.unanswered] == [reason] * 2
    assert again.unanswered == first.unanswered
    assert len(endpoint.requests) == (asked if stored else 2 * asked)
    assert len(_files(tmp_path)) == 2


def test_what_was_over_the_budget_is_not_held(tmp_path: Path) -> None:
    """Nobody was asked, and the next run asks."""
    with serve(_good) as endpoint:
        rows = propose(endpoint, tmp_path, budget=Budget(tokens=1)).unanswered
        assert [row.reason for row in rows] == [AnswerReason.OVER_BUDGET] * 2
        assert len(propose(endpoint, tmp_path).proposals) == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b'{"question": {"class": "lemon"}}', b"\xff"])
def test_a_damaged_answer_is_asked_for_again(tmp_path: Path, damage: bytes) -> None:
    """Its file is written anew."""
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path)
        _files(tmp_path)[0].write_bytes(damage)
        assert len(propose(endpoint, tmp_path).proposals) == 2
        assert len(endpoint.requests) == 3
        propose(endpoint, tmp_path)
    assert len(endpoint.requests) == 3


def test_an_answer_is_stored_as_text_that_says_what_was_asked(tmp_path: Path) -> None:
    """One JSON file a class, with question, names and cost."""
    with serve(_good) as endpoint:
        propose(endpoint, tmp_path, FRUITS[:1])
    (file,) = _files(tmp_path)
    held = json.loads(file.read_bytes())
    assert held["question"]["class"] == "lemon"
    assert [named["name"] for named in held["neighbors"]] == ["lime"]
    assert (held["prompt_tokens"], held["completion_tokens"], held["reason"]) == (100, 20, None)


def test_a_class_that_failed_beside_others_is_asked_alone(tmp_path: Path) -> None:
    """A class's failure costs the others nothing in the next run."""
    broken = {"lemon"}

    def reply(body: dict[str, Any]) -> web.Response:
        return error(500, "no") if question_of(body)["class"] in broken else completion(GOOD)

    with serve(reply) as endpoint:
        propose(endpoint, tmp_path, pace=ONE_BY_ONE)
        broken.clear()
        proposed = propose(endpoint, tmp_path, pace=ONE_BY_ONE)
    assert sorted(endpoint.classes) == ["golden delicious", "lemon", "lemon"]
    assert len(proposed.proposals) == 2


def test_what_was_spent_in_vain_counts_in_the_next_run(tmp_path: Path) -> None:
    """The budget is of all runs together, however often one is started again."""

    def reply(body: dict[str, Any]) -> web.Response:
        """An answer that cannot be used, and none to the second question."""
        return completion("no") if len(endpoint.requests) % 2 else error(500, "no")

    with serve(reply) as endpoint:
        runs = [propose(endpoint, tmp_path, FRUITS[:1], pace=Pace(retries=0)) for _ in range(3)]
    assert [run.spend[0].prompt_tokens for run in runs] == [100, 200, 300]
