"""When a name that ends in a target's names no kind of it."""

import pytest

from tasks.neighbors.lexicon import lexicon
from tasks.neighbors.vetting.kinds import COLORS, STAPLES, Realm, ending, no_kind, realm, usual_realm
from tasks.neighbors.wordnet import WordNet
from tests.tasks.neighbors.vetting.world import targets


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eggplant", {Realm.GROWN}), ("carrot", {Realm.GROWN}), ("burrito", {Realm.MADE}), ("dog", {None}),
        ("machine", {None}),
    ],
)  # fmt: skip
def test_foods_have_a_realm(wordnet: WordNet, name: str, expected: set[Realm | None]) -> None:
    """A food is grown or made, and all else is of no realm."""
    assert expected <= {realm(wordnet, sense) for sense in wordnet.senses(name)}


def test_fish_and_meat_are_flesh(real: WordNet) -> None:
    """As food they are, and as animals they are of no realm."""
    assert {realm(real, sense) for sense in real.senses("salmon")} == {Realm.FLESH, None}


def test_the_usual_realm_is_that_of_most_targets(tiny: WordNet) -> None:
    """Half of them is not most, and no targets have none."""
    assert usual_realm(lexicon(tiny, targets("eggplant", "carrot", "beagle"))) is Realm.GROWN
    assert usual_realm(lexicon(tiny, targets("carrot", "beagle"))) is None
    assert usual_realm(lexicon(tiny, [])) is None


@pytest.mark.parametrize(
    ("rest", "end", "detail"),
    [
        ("carrot", "eggplant", "carrot and eggplant are two kinds"),
        ("purple carrot", "eggplant", "purple carrot and eggplant are two kinds"),
        ("vegetable", "eggplant", ""),
        ("carrot", "burrito", ""),
        ("beagle", "eggplant", ""),
        ("tangy", "eggplant", "tangy tells no kind of eggplant from another"),
        ("rotund tangy", "eggplant", "rotund tangy tells no kind of eggplant from another"),
        ("andean", "eggplant", ""),
        ("zzyzx", "eggplant", ""),
        ("tangy", "beagle", ""),
        ("onion", "burrito", "onion tells no kind of burrito from another"),
        ("onions", "burrito", "onions tells no kind of burrito from another"),
        ("onion", "beagle", ""),
        ("tangy red", "eggplant", ""),
    ],
)
def test_what_stands_before_a_target_tells_a_kind_or_not(tiny: WordNet, rest: str, end: str, detail: str) -> None:
    """Another plant, an adjective that relates to nothing and a staple tell none; a dish may be of anything else."""
    held = lexicon(tiny, targets("eggplant", "burrito", "beagle"))
    own = held.senses[("eggplant", "burrito", "beagle").index(end)]
    assert no_kind(held, rest, ending(held, end, own)) == detail


def test_a_dish_of_one_fish_is_of_no_other(real: WordNet) -> None:
    """A "lobster beef carpaccio" is two, a "salmon fish cake" is one."""
    held = lexicon(real, targets("beef carpaccio", "fish cake", "ramen"))
    assert no_kind(held, "lobster", ending(held, "beef carpaccio")) == "lobster and beef carpaccio are two kinds"
    assert no_kind(held, "salmon", ending(held, "fish cake")) == ""


def test_no_color_is_a_staple() -> None:
    """What tells kinds apart is in no list of what does not."""
    assert not COLORS & STAPLES
