"""Many classes at once, and what comes back."""

from dataclasses import replace
from pathlib import Path

from storage.records import Relation, TargetClass
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.llm.generate import generate
from tasks.neighbors.llm.store import Store
from tasks.neighbors.proposed import Proposed
from tests.tasks.neighbors.llm.asking import FRUITS, GOOD, naming, parrot, propose, things
from tests.tasks.neighbors.llm.endpoint import completion, error, serve


def test_a_question_brings_proposals(tmp_path: Path) -> None:
    """Every class is asked once, with its count, the other names to avoid, and the schema."""
    phrases = naming("lime").replace('["lime"]', '["lime fruit","a","b","c"]')
    with serve(lambda _: completion(phrases)) as endpoint:
        proposed = propose(endpoint, tmp_path, count=5)
    assert [proposal.parent for proposal in proposed.proposals] == [0, 1]
    lime = proposed.proposals[0]
    assert (lime.name, lime.relation, lime.model) == ("lime", Relation.SIBLING, "parrot")
    assert lime.queries == ("lime fruit", "a", "b")
    assert lime.prompt != proposed.proposals[1].prompt
    asked = {endpoint.asked(number)["class"]: endpoint.asked(number) for number in range(2)}
    assert asked["lemon"] == {"class": "lemon", "count": 5, "avoid": ["golden delicious"]}
    assert endpoint.requests[0]["response_format"]["type"] == "json_schema"
    assert endpoint.requests[0]["seed"] == 7
    assert proposed.unanswered == ()


def test_every_class_gets_its_own_count(tmp_path: Path) -> None:
    """The counts are by label, not by place."""
    with serve(lambda _: completion(GOOD)) as endpoint:
        model = parrot(endpoint.url)
        generate(list(reversed(FRUITS)), {0: 3, 1: 9}, model, "", Store(str(tmp_path)))
    asked = {name: endpoint.asked(number)["count"] for number, name in enumerate(endpoint.classes)}
    assert asked == {"lemon": 3, "golden delicious": 9}


def test_what_is_known_of_a_class_is_told(tmp_path: Path) -> None:
    """Its definition and its place in the taxonomy, and nothing of a class without them."""
    classes = [replace(FRUITS[0], definition="a sour fruit", taxonomy="fruit > citrus"), FRUITS[1]]
    with serve(lambda _: completion(GOOD)) as endpoint:
        propose(endpoint, tmp_path, classes)
    asked = {name: endpoint.asked(number) for number, name in enumerate(endpoint.classes)}
    assert (asked["lemon"]["definition"], asked["lemon"]["taxonomy"]) == ("a sour fruit", "fruit > citrus")
    assert not {"definition", "taxonomy"} & set(asked["golden delicious"])


def test_rows_come_by_label(tmp_path: Path) -> None:
    """In whatever order the classes are given, asked and answered."""
    with serve(lambda _: completion(naming("a", "b"))) as endpoint:
        proposed = propose(endpoint, tmp_path, list(reversed(things(12))))
    assert [proposal.parent for proposal in proposed.proposals] == sorted([*range(12), *range(12)])
    assert [proposal.rank for proposal in proposed.proposals] == [0, 1] * 12
    assert [spend.label for spend in proposed.spend] == list(range(12))


def test_every_class_is_told_of_once(tmp_path: Path) -> None:
    """Answered, failed, held, or never asked for want of a name."""
    classes = [*things(5), TargetClass(9, "???", 1, 0, 0)]
    told: list[int] = []
    broken = iter([True, False, True, False, True, False, False, False])
    with serve(lambda _: error(500, "no") if next(broken) else completion(GOOD)) as endpoint:
        propose(endpoint, tmp_path, classes, tell=told.append)
        assert sum(told) == 6
        told.clear()
        propose(endpoint, tmp_path, classes, tell=told.append)
    assert sum(told) == 6


def test_no_class_asks_nothing(tmp_path: Path) -> None:
    """An empty label set needs neither key nor endpoint."""
    assert generate([], {}, LanguageModel(), "", Store(str(tmp_path))) == Proposed(())
