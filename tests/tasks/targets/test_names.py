"""Names as data sets write them, and as people do."""

import pytest

from storage.errors import BadInput
from tasks.targets.names import NamedClass, choose, names_by_id, other_names, spoken


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Golden-Delicious", "golden delicious"),
        ("Black_footed_Albatross", "black footed albatross"),
        ("  sea   lion ", "sea lion"),
        ("iPod", "iPod"),
        ("BMW 3 Series", "BMW 3 series"),
        ("McIntosh-Apple", "McIntosh apple"),
    ],
)
def test_a_name_is_spoken(written: str, name: str) -> None:
    """Hyphens and underscores go, and so do capitals but those inside a word."""
    assert spoken(written) == name
    assert spoken(name) == name


TENCH = "tench, Tinca tinca"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["tench, Tinca tinca", "goldfish"], ["tench", "goldfish"]),
        (["cock,rooster", "Hen_house , coop,"], ["cock", "hen house"]),
        (["maillot", "maillot, tank suit"], ["maillot", "maillot, tank suit"]),
        (["crane, bird", "Crane,Machine", "lime"], ["crane, bird", "crane, machine", "lime"]),
        (["Pink_Lady", "Pink-Lady"], ["pink lady", "pink lady"]),
        ([",", ",lime"], [",", "lime"]),
    ],
)
def test_a_class_is_called_by_its_first_name(written: list[str], names: list[str]) -> None:
    """Up to the first comma, but whole where another class has that first name too."""
    named = [NamedClass(2 * place, name) for place, name in enumerate(written)]
    assert names_by_id(named) == {2 * place: name for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("written", "name", "aliases"),
    [
        ("tench, Tinca tinca", "tench", ("tinca tinca",)),
        ("cock, Cock, rooster, rooster,", "cock", ("rooster",)),
        ("maillot, tank suit", "maillot, tank suit", ("tank suit",)),
        ("Golden-Delicious", "golden delicious", ()),
    ],
)
def test_what_follows_the_first_name_are_aliases(written: str, name: str, aliases: tuple[str, ...]) -> None:
    """Each once, spoken, and never the name itself."""
    assert other_names(NamedClass(0, written), name) == aliases


def test_aliases_of_the_file_follow_those_of_the_name() -> None:
    """Each once, whichever of the two says it."""
    one = NamedClass(0, TENCH, aliases=("Doctor-fish", "tinca Tinca", "Tench"))
    assert other_names(one, "tench") == ("tinca tinca", "doctor fish")


def test_the_recipe_chooses_and_orders_classes() -> None:
    """The order of `classes` is the order of the labels."""
    named = [NamedClass(0, "Lime"), NamedClass(1, "Pink-Lady"), NamedClass(2, "Lemon")]
    assert [one.written for one in choose(named, ["Lemon", "Lime"])] == ["Lemon", "Lime"]
    assert choose(named, None) == named


@pytest.mark.parametrize(
    ("wanted", "problem", "mend"),
    [
        (["Lime", "Lemmon"], r"targets.classes\[1\]: there is no class 'Lemmon'", "write 'Lemon'"),
        (["Xylophone"], "there is no class 'Xylophone'", "class-name file"),
        (["Lime", "Lime"], r"targets.classes\[1\]: 'Lime' is there twice", "take one"),
    ],
)
def test_an_unknown_class_is_named_with_the_nearest(wanted: list[str], problem: str, mend: str) -> None:
    """The error names the place in the recipe and what was probably meant."""
    with pytest.raises(BadInput, match=problem) as error:
        choose([NamedClass(0, "Lime"), NamedClass(1, "Lemon")], wanted)
    assert mend in error.value.mend


@pytest.mark.parametrize("spelling", ["tench, Tinca tinca", "tench"])
def test_a_class_is_chosen_whole_or_by_its_first_name(spelling: str) -> None:
    """Both spellings are the file's own."""
    named = [NamedClass(0, TENCH), NamedClass(1, "goldfish")]
    assert choose(named, ["goldfish", spelling]) == [named[1], named[0]]


def test_a_whole_spelling_comes_before_a_first_name() -> None:
    """A class that is written "maillot" is that one, though another's first name is the same."""
    named = [NamedClass(0, "maillot, tank suit"), NamedClass(1, "maillot")]
    assert choose(named, ["maillot"]) == [named[1]]
    assert choose(named, ["maillot", "maillot, tank suit"]) == [named[1], named[0]]


def test_a_first_name_of_two_classes_chooses_neither() -> None:
    """The error names both spellings."""
    with pytest.raises(BadInput, match=r"targets.classes\[0\]: 'crane' begins the names of 2 classes") as error:
        choose([NamedClass(0, "crane, bird"), NamedClass(1, "crane, lift")], ["crane"])
    assert "'crane, bird'" in error.value.mend
    assert "'crane, lift'" in error.value.mend


def test_one_class_in_two_spellings_is_there_twice() -> None:
    """A label is one class's alone."""
    with pytest.raises(BadInput, match=r"targets.classes\[1\]: 'tench' is there twice"):
        choose([NamedClass(0, TENCH)], [TENCH, "tench"])
