"""Which names a question lists to be avoided."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import TargetClass
from tasks.neighbors.llm.avoid import AVOIDED, nearest_names

NAMES = st.text("abc ", min_size=1, max_size=6)
PATHS = st.lists(st.sampled_from("xy"), max_size=3).map(" > ".join)


def _classes(*rows: tuple[str, str]) -> list[TargetClass]:
    return [TargetClass(label, name, 1, 0, 0, taxonomy=taxonomy) for label, (name, taxonomy) in enumerate(rows)]


def _named(*names: str) -> list[TargetClass]:
    return _classes(*((name, "") for name in names))


def test_names_that_share_letters_come_first() -> None:
    """The class itself is never among them, and no more come than are wanted."""
    names = ["bravo apple juice", "zebra", "apple juice", "orange juice", "god morgon apple juice", "leek"]
    label_set = _named(*names)
    near = nearest_names(label_set).to(label_set[0], 3)
    assert near == ("apple juice", "god morgon apple juice", "orange juice")
    assert nearest_names(label_set[-1:]).to(label_set[-1]) == ()


def test_taxonomy_siblings_come_before_names_of_the_same_letters() -> None:
    """The further down two paths are the same, the nearer; letters decide among equals."""
    label_set = _classes(
        ("lemon", "fruit > citrus > lemons"), ("lemon balm", "herb > mint"), ("yuzu", "Fruit / Citrus / yuzus"),
        ("melon", "fruit > gourd"), ("lime", "fruit > citrus"), ("lemonade", ""),
    )  # fmt: skip
    near = nearest_names(label_set).to(label_set[0])
    assert near == ("lime", "yuzu", "melon", "lemon balm", "lemonade")


def test_a_question_stays_short() -> None:
    """Of a long label set the nearest are listed."""
    label_set = _named(*(f"thing {number}" for number in range(200)))
    assert len(nearest_names(label_set).to(label_set[0])) == AVOIDED


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(NAMES, PATHS), min_size=1, max_size=8), most=st.integers(0, 8), data=st.data())
def test_the_order_of_the_classes_does_not_matter(rows: list[tuple[str, str]], most: int, data: st.DataObject) -> None:
    """So that a question, and with it a stored answer, stays the same; no name comes twice."""
    label_set = _classes(*rows)
    shuffled = data.draw(st.permutations(label_set))
    near = nearest_names(label_set).to(label_set[0], most)
    assert near == nearest_names(shuffled).to(label_set[0], most)
    others = {target.name for target in label_set} - {label_set[0].name}
    assert len(set(near)) == len(near) == min(most, len(others))
    assert set(near) <= others
