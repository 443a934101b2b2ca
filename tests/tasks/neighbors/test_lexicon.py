"""What a dictionary knows of a label set and of the names proposed for it."""

import pytest

from storage.records import TargetClass
from tasks.neighbors.lexicon import lexicon
from tasks.neighbors.taxonomy import endings
from tasks.neighbors.wordnet import WordNet


def _target(label: int, name: str, taxonomy: str = "", aliases: tuple[str, ...] = ()) -> TargetClass:
    return TargetClass(label, name, 2, 0, 1, aliases, taxonomy=taxonomy)


def _names(wordnet: WordNet, offsets: object) -> set[str]:
    return {wordnet.sense(offset).names[0] for offset in offsets}  # type: ignore[attr-defined]


def test_endings_are_the_class_its_aliases_and_its_taxonomy() -> None:
    """The longest comes first, each once and in plain spelling."""
    target = _target(0, "King Snakes", "animal > snake/king snakes", ("Königsnatter",))
    assert endings(target) == ["konigsnatter", "king snakes", "animal", "snake"]


def test_targets_are_known_by_their_meaning(wordnet: WordNet) -> None:
    """A class is known by its name or its first alias that is listed, and so is what lies above it."""
    held = lexicon(wordnet, [_target(3, "beagle"), _target(5, "Zwergdackel", aliases=("Natter", "king snake"))])
    assert {label: sense.names[0] for label, sense in held.senses.items()} == {3: "beagle", 5: "king snake"}
    assert held.labels == {held.senses[3].offset: 3, held.senses[5].offset: 5}
    assert {"dog", "snake"} <= _names(wordnet, held.below)
    assert not held.below.keys() & held.labels.keys()


def test_a_food_is_also_what_it_comes_from(tiny: WordNet) -> None:
    """The plant or animal of a class that is a food means the class, and of two classes the one that it is."""
    held = lexicon(tiny, [_target(0, "carrot", "vegetable"), _target(1, "mouse")])
    assert held.senses[0].gloss == "an orange root"
    assert {tiny.sense(offset).gloss: label for offset, label in held.labels.items()} == {
        "an orange root": 0, "the plant with that root": 0, "small and gray": 1,
    }  # fmt: skip
    apart = lexicon(tiny, [_target(0, "carrot", "vegetable"), _target(1, "cultivated carrot")])
    assert {tiny.sense(offset).gloss: label for offset, label in apart.labels.items()} == {
        "an orange root": 0, "the plant with that root": 1,
    }  # fmt: skip


def test_two_things_of_one_name_are_two(tiny: WordNet) -> None:
    """A crane that is a bird is no machine."""
    held = lexicon(tiny, [_target(0, "crane", "bird")])
    assert [tiny.sense(offset).gloss for offset in held.labels] == ["a tall wader that dances"]


def test_a_class_that_is_not_listed_has_no_meaning(wordnet: WordNet) -> None:
    """It is left out, and names proposed for it are read all the same."""
    target = _target(0, "zzyzx")
    held = lexicon(wordnet, [target, _target(1, "beagle")])
    assert held.senses.keys() == {1}
    mouse = held.meaning("mice", target)
    assert mouse
    assert mouse.names[0] == "mouse"


@pytest.mark.parametrize(("taxonomy", "above"), [("animal > bird", "bird"), ("machine", "machine")])
def test_a_taxonomy_tells_the_meaning_of_a_class(tiny: WordNet, taxonomy: str, above: str) -> None:
    """Of two meanings of a name the one that lies below its taxonomy is the class's."""
    held = lexicon(tiny, [_target(0, "crane", taxonomy)])
    assert _names(tiny, held.senses[0].above) == {above}


@pytest.mark.parametrize(("other", "above"), [("heron", "bird"), ("machine", "machine")])
def test_other_classes_tell_the_meaning_of_a_class(tiny: WordNet, other: str, above: str) -> None:
    """Without a taxonomy it is the meaning that has more in common with the rest of the label set."""
    held = lexicon(tiny, [_target(0, "crane"), _target(1, other)])
    assert _names(tiny, held.senses[0].above) == {above}


@pytest.mark.parametrize(("parent", "above"), [("heron", "bird"), ("machine", "machine")])
def test_a_proposed_name_means_what_is_nearest_to_its_class(tiny: WordNet, parent: str, above: str) -> None:
    """The same name means one thing for one class and another for another."""
    target = _target(0, parent)
    sense = lexicon(tiny, [target]).meaning("Cranes", target)
    assert sense
    assert _names(tiny, sense.above) == {above}


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("beagle dog", "beagle"), ("king snake animal", "king snake"), ("beagle animals", "beagle"),
        ("beagle snake", None), ("lead dog", None), ("mouse heron", "mouse"), ("kingsnake snake", "king snake"),
    ],
)  # fmt: skip
def test_what_only_says_again_is_left_out(tiny: WordNet, name: str, meaning: str | None) -> None:
    """A word for something wider, or the class itself, adds nothing; a word for another thing does."""
    target = _target(0, "heron", "animal > bird")
    sense = lexicon(tiny, [target]).meaning(name, target)
    assert (sense.names[0] if sense else None) == meaning


def test_a_listed_name_is_read_whole(real: WordNet) -> None:
    """A hot dog is no dog, and a custard apple no apple."""
    for name, target in (("hot dog", _target(0, "dog")), ("custard apple", _target(0, "apple"))):
        held = lexicon(real, [target])
        sense = held.meaning(name, target)
        assert sense
        assert name in sense.names or "frank" in sense.names
        assert held.senses[0].offset not in held.line(sense)


def test_heads_are_the_longest_ending_that_is_listed(tiny: WordNet) -> None:
    """Of a list joined by "and" they are those of all its parts."""
    held = lexicon(tiny, [])
    assert [sense.names[0] for sense in held.heads("speckled king snake")] == ["king snake"]
    assert [sense.names[0] for sense in held.heads("glossy eggplant and spotted dog")] == ["eggplant", "dog"]
    assert held.heads("zzyzx") == ()
