"""Neighbors by a dictionary."""

from itertools import pairwise

import pytest

from storage.records import AnswerReason, NameReason, Proposal, Relation, TargetClass
from tasks.neighbors.lexicon import lexicon
from tasks.neighbors.providers.dictionary import WHY, WordNetNames, propose
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet
from tasks.neighbors.wordnet import Sense, WordNet
from tests.tasks.neighbors.vetting.world import targets

BESIDE = WordNetNames(kind="wordnet", relation="co_hyponyms")
BELOW = WordNetNames(kind="wordnet", relation="hyponyms")
ANIMALS = targets("beagle", "heron", "king snake", "mouse", "poodle", "terrier", "salmon")


def _asked(
    wordnet: WordNet, classes: list[TargetClass], config: WordNetNames = BESIDE, count: int = 10
) -> list[Proposal]:
    counts = {target.label: count for target in classes}
    return list(propose(classes, counts, config, wordnet).proposals)


def _sense(wordnet: WordNet, proposal: Proposal) -> Sense:
    return wordnet.sense(int(proposal.prompt.removeprefix("n")))


def test_what_stands_beside_a_class_comes_by_nearness(tiny: WordNet) -> None:
    """First what shares the nearest ancestor, then the next; each with its id, gloss and rank."""
    named = _asked(tiny, targets("heron"))
    assert [each.name for each in named][:1] == ["crane"]
    assert {each.name for each in named[1:]} >= {"dog", "snake", "mouse", "ox"}
    assert [each.rank for each in named] == list(range(len(named)))
    assert named[0].why == "a tall wader that dances"
    assert {each.relation for each in named} == {Relation.SIBLING}
    assert all(_sense(tiny, each).names[0].lower() == each.name for each in named)


def test_a_name_of_two_meanings_is_searched_with_what_it_is(tiny: WordNet) -> None:
    """The query says which crane; a name of one meaning says enough."""
    named = {each.name: each.queries for each in _asked(tiny, targets("heron"))}
    assert named["crane"] == ("crane bird",)
    assert named["mouse"] == ("mouse",)


@pytest.mark.parametrize("count", [0, 1, 3, 100])
def test_no_more_are_named_than_asked_for(tiny: WordNet, count: int) -> None:
    """Fewer where the dictionary has no more, and the first ones are the same."""
    named = _asked(tiny, targets("heron"), count=count)
    assert named == _asked(tiny, targets("heron"), count=100)[:count]


def test_targets_and_what_is_above_or_below_them_are_left_out(wordnet: WordNet) -> None:
    """Neither a class nor a kind of one, nor what one is a kind of, and no name twice for one class."""
    classes = targets("beagle", "heron", "king snake", "mouse")
    held = lexicon(wordnet, classes)
    named = _asked(wordnet, classes, count=60)
    assert named
    for each in named:
        sense = _sense(wordnet, each)
        assert not held.line(sense) & held.labels.keys(), each.name
        assert sense.offset not in held.below, each.name
    assert len({(each.parent, each.name) for each in named}) == len(named)


def test_a_kind_of_another_target_is_passed_over(tiny: WordNet) -> None:
    """Beside a mouse stand no dogs where dog is a class, and no animals where animal is."""
    assert "beagle" in {each.name for each in _asked(tiny, targets("mouse"), count=99)}
    assert "beagle" not in {each.name for each in _asked(tiny, targets("mouse", "dog"), count=99)}
    assert "dog" not in {each.name for each in _asked(tiny, targets("mouse", "animal"), count=99)}


def _steps(wordnet: WordNet, sense: Sense) -> dict[int, int]:
    """For a sense and every one above it, how many steps up it lies."""
    found, edge = {sense.offset: 0}, [sense]
    for step in range(1, 50):
        edge = [wordnet.sense(offset) for each in edge for offset in each.above if offset not in found]
        found |= {each.offset: step for each in edge}
    return found


def test_wordnets_neighbors_come_nearest_first(real: WordNet) -> None:
    """The nearest ancestor that a name shares with its class lies no lower than the one before's."""
    for target in ANIMALS:
        own = lexicon(real, ANIMALS).senses[target.label]
        up = _steps(real, own)
        named = [each for each in _asked(real, ANIMALS, count=40) if each.parent == target.label]
        shared = [
            min(step for offset, step in up.items() if offset in _steps(real, _sense(real, each))) for each in named
        ]
        assert len(named) == 40
        assert all(one <= other for one, other in pairwise(shared))


def test_what_is_named_passes_vetting(real: WordNet) -> None:
    """By the same dictionary few names are a target, or above or below one, in another of their meanings."""
    named = _asked(real, ANIMALS, count=30)
    rows = vet(named, ANIMALS, Rules(real))
    reasons = {NameReason.IS_TARGET, NameReason.IS_ALIAS, NameReason.IS_BROADER, NameReason.IS_HYPONYM}
    assert sum(row.reason in reasons for row in rows) < 0.1 * len(named)


def test_the_same_question_has_the_same_answer(wordnet: WordNet) -> None:
    """And the order of classes changes only the order of the names."""
    classes = targets("beagle", "heron", "mouse", "machine")
    named = _asked(wordnet, classes)
    assert named == _asked(wordnet, classes)
    assert sorted(_asked(wordnet, classes[::-1]), key=lambda each: (each.parent, each.rank)) == named


def test_hyponyms_are_what_lies_below(wordnet: WordNet) -> None:
    """Kinds of the class itself, told as such, level by level."""
    classes = targets("dog", "bird", "machine", "vegetable")
    held = lexicon(wordnet, classes)
    named = _asked(wordnet, classes, BELOW)
    assert {each.parent for each in named} == {0, 1, 2, 3}
    assert {each.relation for each in named} == {Relation.HYPONYM}
    assert all(held.senses[each.parent].offset in wordnet.ancestors(_sense(wordnet, each)) for each in named)


def test_hyponyms_of_a_class_below_are_that_classs(tiny: WordNet) -> None:
    """Where animal and bird are classes, a heron is named for bird alone."""
    named = {(each.parent, each.name) for each in _asked(tiny, targets("animal", "bird"), BELOW, 99)}
    assert (1, "heron") in named
    assert (0, "dog") in named
    assert not named & {(0, "heron"), (0, "bird"), (0, "crane")}


def test_a_class_that_is_not_listed_has_no_answer(tiny: WordNet) -> None:
    """It is a row with a reason and what to do; an alias that is listed will do."""
    told = propose(targets("zzyzx", "Reiher = heron"), {0: 3, 1: 3}, BESIDE, tiny)
    (row,) = told.unanswered
    assert (row.label, row.reason) == (0, AnswerReason.UNKNOWN)
    assert "alias" in row.detail
    assert {each.parent for each in told.proposals} == {1}


def test_a_long_gloss_is_cut(real: WordNet) -> None:
    """Examples after the first semicolon are left out."""
    named = _asked(real, ANIMALS)
    assert all(len(each.why) <= WHY and ";" not in each.why for each in named)
