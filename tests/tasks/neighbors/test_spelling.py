"""Two spellings of one name have one key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.neighbors.spelling import plain, singular, tidy, words


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("lemons", "lemon"), ("berries", "berry"), ("cookies", "cookie"), ("peaches", "peach"), ("boxes", "box"),
        ("glasses", "glass"), ("houses", "house"), ("tomatoes", "tomato"), ("shoes", "shoe"), ("leaves", "leaf"),
        ("olives", "olive"), ("geese", "goose"), ("satsumas", "satsuma"), ("asparagus", "asparagus"),
        ("grass", "grass"), ("iris", "iris"), ("gas", "gas"), ("lens", "lens"), ("lenses", "lens"),
        ("kiwis", "kiwi"), ("emus", "emu"),
    ],
)  # fmt: skip
def test_plurals_become_singular(plural: str, expected: str) -> None:
    """Common English plurals lose their ending; words that only end like one keep theirs."""
    assert singular(plural) == expected
    assert singular(expected) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Golden-Delicious", "golden  delicious"),
        ("Jalapeño", "jalapenos"),
        ("crane (bird)", "Crane"),
        ("Lady's finger", "Ladys Fingers"),
        ("ﬁg", "fig"),
        ("bell_pepper.", "Bell peppers!"),
        ("\u200bkiwi", "kiwi"),
        ("beef beef tartare", "beef tartare"),
    ],
)
def test_spellings_of_one_name_agree(one: str, other: str) -> None:
    """Case, hyphen, accents, parentheses, apostrophes, ligatures, stutter and plural don't tell names apart."""
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("and Golden-Delicious", "golden delicious"), ("or and lime", "lime"), ("and", "and"),
        ("lime and lemon", "lime and lemon"),
        ("crane (bird [tall])", "crane"), ("Jalapeño", "jalapeño"),
        ("\uff2c\uff29\uff2d\uff25", "lime"), ("(fruit)", ""), ("?!", ""),
    ],
)  # fmt: skip
def test_a_tidy_name_is_in_lower_case_without_signs(name: str, expected: str) -> None:
    """A list's last "and" goes too, unless it is all there is; accents stay."""
    assert tidy(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("Jalapeño", "jalapeno"), ("Lady's-Slippers", "ladys slippers"), ("Straße", "strasse")]
)
def test_a_plain_name_has_no_accents(name: str, expected: str) -> None:
    """As dictionaries list it, and still in the plural."""
    assert plain(name) == expected


def test_marks_of_other_scripts_are_letters() -> None:
    """Vowel signs are kept, or different words would become one."""
    assert words("आम") != words("आमा")
    assert tidy("सेब") == "सेब"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_tidying_is_idempotent_and_keeps_the_words(name: str) -> None:
    """A tidy name is tidy, and has the words of the name it was made from."""
    assert tidy(tidy(name)) == tidy(name)
    assert words(tidy(name)) == words(name)
    assert plain(tidy(name)) == plain(name)
