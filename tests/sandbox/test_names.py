import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.names import find, spoken

NAMES = ("lime", "orange", "orange bell pepper", "satsumas", "passion fruit", "peach", "watermelon")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Passion-Fruit", "passion fruit"),
        ("PEACHES", "peach"),
        ("satsuma close up", "satsumas"),
        ("an orange bell pepper", "orange bell pepper"),
        ("orange pepper", "orange"),
        ("limestone", None),
        ("water melon", None),
        ("nordic gold apple", None),
        ("", None),
    ],
)
def test_a_text_names_the_longest_class_it_holds_as_whole_words(text: str, name: str | None) -> None:
    """Case, punctuation and plurals do not matter, parts of words and invented names do."""
    assert find(text, NAMES) == name


@given(st.sampled_from(NAMES), st.sampled_from(["", "ripe", "a photo of"]), st.sampled_from(["", "photo", "isolated"]))
@settings(deadline=None, max_examples=30)
def test_hint_words_do_not_change_what_a_name_names(name: str, before: str, after: str) -> None:
    """A query with a hint finds what the bare name finds."""
    assert find(f"{before} {name} {after}", NAMES) == name


def test_class_names_are_spoken_without_hyphens() -> None:
    """The folder's spelling becomes what people write."""
    assert spoken("God-Morgon-Apple-Juice") == "god morgon apple juice"
