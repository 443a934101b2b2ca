"""What is read from a WordNet dictionary."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from tasks.neighbors.spelling import plain
from tasks.neighbors.wordnet import WordNet, open_wordnet
from tests.tasks.neighbors.tiny_wordnet import SENSES, write_wordnet


def _names(wordnet: WordNet, name: str) -> list[str]:
    return [sense.names[0] for sense in wordnet.senses(name)]


def test_a_sense_holds_its_names_gloss_and_neighbors(tiny: WordNet) -> None:
    """Underscores become spaces, and the senses above and below are read where their offsets say."""
    (snake,) = tiny.senses("snake")
    (below,) = [tiny.sense(offset) for offset in snake.below]
    assert snake.names == ("snake", "serpent")
    assert snake.gloss == "it has no legs"
    assert [tiny.sense(offset).names[0] for offset in snake.above] == ["animal"]
    assert below.names == ("king snake", "kingsnake")
    assert below.above == (snake.offset,)


def test_every_sense_lies_at_its_offset(tiny: WordNet) -> None:
    """The number that a line begins with is the byte that it begins at, quotes in glosses or not."""
    offsets = {offset for found in tiny.nouns.values() for offset in found}
    assert len(offsets) == len(SENSES)
    assert all(tiny.sense(offset).offset == offset for offset in offsets)
    assert tiny.senses("dog")[0].gloss == 'it barks; "let the dog in"'


def test_a_noun_of_two_meanings_has_both_in_order(tiny: WordNet) -> None:
    """The most frequent comes first, as the index lists them."""
    assert [sense.gloss for sense in tiny.senses("crane")] == ["a tall wader that dances", "it lifts loads"]


def test_only_things_are_meant(tiny: WordNet) -> None:
    """What cannot be photographed has no sense here, and neither has a word that is not listed, or none."""
    assert "idea" in tiny.nouns
    assert tiny.senses("idea") == ()
    assert tiny.senses("zebra") == ()
    assert tiny.senses("") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mice", "mouse"), ("oxen", "ox"), ("cranes", "crane"), ("Veggies", "vegetable"), ("king snakes", "king snake"),
        ("kingsnake", "king snake"), ("kingsnakes", "king snake"), ("dom estic  dog", None), ("egg plants", "eggplant"),
        ("domestic dog", "dog"), ("king-snake", "king snake"), ("soft-shell turtle", "soft-shell turtle"),
        ("soft shell turtle", "soft-shell turtle"), ("soft shell turtles", "soft-shell turtle"),
        ("lady's turtle", "soft-shell turtle"), ("ladys turtles", "soft-shell turtle"), ("domestic mice", None),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spelled(tiny: WordNet, name: str, expected: str | None) -> None:
    """Case, plurals with their exceptions, hyphens, apostrophes and compounds in one word or two lead to one sense."""
    assert set(_names(tiny, name)) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mice", "mouse"), ("oxen", "cattle"), ("tomatoes", "tomato"), ("geese", "goose"), ("wolves", "wolf"),
        ("red shouldered hawks", "red-shouldered hawk"), ("ladys slipper", "lady's slipper"),
        ("st bernard", "Saint Bernard"),
        ("mothers in law", "mother-in-law"), ("kingsnake", "king snake"), ("jack o lantern", "jack-o'-lantern"),
    ],
)  # fmt: skip
def test_wordnet_knows_plurals_and_plain_spellings(real: WordNet, name: str, expected: str) -> None:
    """The same holds of the whole dictionary."""
    assert expected in _names(real, name)


def test_every_plain_name_of_wordnet_is_found(real: WordNet) -> None:
    """A noun that is a thing has a sense by its plain spelling, as names are looked up."""
    things = [lemma for lemma, found in real.nouns.items() if any(real.sense(offset).concrete for offset in found)]
    lost = [lemma for lemma in things if not real.senses(plain(lemma.replace("_", " ")))]
    assert len(things) > 50_000
    assert len(lost) < 5, lost


def test_ancestors_are_all_above(tiny: WordNet) -> None:
    """A sense's ancestors reach to the top, and it is none of them."""
    (beagle,) = tiny.senses("beagle")
    above = {tiny.sense(offset).names[0] for offset in tiny.ancestors(beagle)}
    assert above == {"dog", "animal", "thing"}
    assert tiny.ancestors(tiny.senses("thing")[0]) == frozenset()


def test_adjectives_describe_or_relate(tiny: WordNet) -> None:
    """One with a pointer to a noun it pertains to does not describe."""
    assert tiny.adjectives == {"tangy": True, "andean": False, "rotund": True}


def test_the_digest_is_of_the_content(tiny: WordNet, tmp_path: Path) -> None:
    """The same files elsewhere have the same digest, others another."""
    same = open_wordnet(str(write_wordnet(tmp_path)))
    assert same
    assert same.digest == tiny.digest
    (tmp_path / "other").mkdir()
    (write_wordnet(tmp_path / "other") / "noun.exc").write_text("mice mouse\n")
    other = open_wordnet(str(tmp_path / "other"))
    assert other
    assert other.digest != tiny.digest


@pytest.mark.parametrize("missing", ["data.noun", "index.noun", "noun.exc", "index.adj"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    """A folder that lacks one of the four files is refused by that file's name."""
    (write_wordnet(tmp_path) / missing).unlink()
    with pytest.raises(BadInput, match=missing) as caught:
        open_wordnet(str(tmp_path))
    assert "wordnet-base" in caught.value.mend


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """So is a folder that is not there, or is none."""
    with pytest.raises(BadInput, match="nowhere"):
        open_wordnet(str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="file"):
        open_wordnet(str(tmp_path / "file"))


def test_none_is_no_dictionary_and_auto_is_debians(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a package there is none and no error; with it, auto is the folder that it installs."""
    assert open_wordnet(None) is None
    monkeypatch.setattr("tasks.neighbors.wordnet.DEBIAN", str(tiny_folder / "nowhere"))
    assert open_wordnet("auto") is None
    monkeypatch.setattr("tasks.neighbors.wordnet.DEBIAN", str(tiny_folder))
    assert open_wordnet("auto") is open_wordnet(str(tiny_folder))
