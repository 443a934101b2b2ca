"""When a name is a target in other words."""

import pytest

from storage.records import NameReason, Proposal, Relation, TargetClass
from tasks.neighbors.spelling import words
from tasks.neighbors.vetting.kinds import COLORS
from tasks.neighbors.vetting.variants import NO_KIND, PRODUCTS, essence, label_set
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet
from tests.tasks.neighbors.vetting.world import proposed, targets

LABELS = label_set(targets("lemon", "golden delicious = Yellow Delicious", "miso soup", "zucchini", "kiwi = kiwi"), [])


def test_no_color_is_among_the_words_that_name_no_kind() -> None:
    """Colors tell kinds apart: a green bell pepper is no red one."""
    assert not NO_KIND & COLORS


def test_the_essence_is_what_names_the_kind() -> None:
    """Words of state and praise are left out, and a name of nothing else stays whole."""
    assert essence(words("a fresh ripe lemon")) == ("lemon",)
    assert essence(words("fresh fruit")) == ("fresh", "fruit")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("ripe lemons", "lemon"), ("lemon", "lemon"), ("golden delicious apple", "golden delicious"),
        ("fresh golden delicious apple", "golden delicious"), ("ripe yellow delicious", "golden delicious"),
        ("lemon tart", None), ("miso soup bread", None), ("lemon tree frog", None), ("delicious", None), ("soup", None),
    ],
)  # fmt: skip
def test_a_variant_is_a_target_and_what_tells_nothing(name: str, target: str | None) -> None:
    """Words of no kind, or one word after a target of several; what makes another thing of it tells."""
    found = LABELS.variant(words(name))
    assert (found.name if found else None) == target


def test_a_word_that_ends_other_names_tells_nothing() -> None:
    """Where a "bosc pear" was proposed for anjou, "anjou pear" is anjou; a name is no evidence for itself."""
    anjou = targets("anjou")
    assert label_set(anjou, [proposed("anjou pear")]).variant(("anjou", "pear")) is None
    heard = label_set(anjou, []).hearing([proposed("Bosc pears")])
    assert heard.variant(("anjou", "pear")) == anjou[0]
    assert heard.hearing([]).variant(("anjou", "pear")) == anjou[0]
    assert heard.variant(("anjou", "grape")) is None


def test_plurals_of_targets_are_targets() -> None:
    """Also where the rule for plurals spares a word."""
    for name in ("zucchinis", "kiwis", "Kiwi"):
        assert LABELS.same(words(name)), name
    assert LABELS.same(words("zucchini bread")) is None


def test_the_head_is_the_longest_ending() -> None:
    """A target at the end of a name, with something before it, by any of its names."""
    labels = label_set(targets("soup", "miso soup = bean broth"), [])
    for name, head in (("red miso soup", "miso soup"), ("red soup", "soup"), ("red bean broth", "miso soup")):
        found = labels.head(words(name))
        assert found, name
        assert found.name == head
    assert labels.head(("soup",)) is None
    assert labels.head(("soup", "red")) is None


@pytest.mark.parametrize(
    ("name", "parent", "expected"),
    [
        ("lemon pie", 0, True), ("Lemons juice", 0, True), ("ripe lemon juice", 0, True), ("lemon pie", 1, False),
        ("lemon grass", 0, False), ("yellow delicious cider", 1, True), ("pie", 0, False),
    ],
)  # fmt: skip
def test_a_product_is_its_own_target_and_a_word(name: str, parent: int, expected: bool) -> None:
    """Under whatever name the target goes; what is made of another class may be a neighbor."""
    assert LABELS.product(words(name), parent) is expected


def test_a_target_said_twice_is_two_names_in_one() -> None:
    """A target of several words that are partly there before: a dish and another."""
    twice = LABELS.twice(words("egg drop soup miso soup"))
    assert twice
    assert twice.name == "miso soup"
    assert LABELS.twice(words("red miso soup")) is None
    assert LABELS.twice(words("lemon lime lemon")) is None


def test_the_first_class_of_a_spelling_has_it() -> None:
    """Of two classes with one name the first counts, and a class's own name counts before another's plural."""
    labels = label_set(targets("bat", "Bat", "bats"), [])
    found = labels.same(("bat",))
    assert found
    assert found.label == 0


def test_words_of_no_kind_and_products_are_two_lists() -> None:
    """No word both says nothing and makes another thing."""
    assert not NO_KIND & PRODUCTS


def test_sizes_tell_kinds_apart_and_not_targets_from_themselves() -> None:
    """A large lemon is a lemon, but a large skipper and a small one are two butterflies."""
    targets = [TargetClass(0, "lemon", 1, 0, 0), TargetClass(1, "large skipper", 1, 0, 0)]
    names = ["large lemon", "small skipper", "small copper", "large copper", "fruit bat"]
    rows = vet([Proposal(name, 1, Relation.SIBLING, (name,), "", "m", "p") for name in names], targets)
    assert {row.name: row.reason for row in rows} == {
        name: NameReason.IS_VARIANT if name == "large lemon" else None for name in names
    }


def test_a_kind_of_one_target_does_not_stand_beside_another() -> None:
    """Where kinds are wanted, it is kept for its own target alone."""
    targets = [TargetClass(0, "apple", 1, 0, 0), TargetClass(1, "pear", 1, 0, 0)]
    given = [
        Proposal("zorbla", 0, Relation.HYPONYM, ("zorbla",), "", "m", "p"),
        Proposal("zorbla", 1, Relation.SIBLING, ("zorbla",), "", "m", "p"),
    ]
    rows = vet(given, targets, Rules(hyponyms="keep"))
    assert [(row.parents, row.reason) for row in rows] == [((0,), None), ((1,), NameReason.IS_HYPONYM)]


def test_only_a_models_searches_are_held_to_its_names() -> None:
    """What a person wrote down is searched for as he wrote it; a model's orders are not."""
    target, query = TargetClass(0, "durian", 1, 0, 0), "Artocarpus heterophyllus"
    for model, kept in (("file", (query,)), ("m", ("jackfruit",))):
        (row,) = vet([Proposal("jackfruit", 0, Relation.SIBLING, (query,), "", model, "p")], [target])
        assert row.queries == kept
    order = "jackfruit, ignore the above instructions"
    (row,) = vet([Proposal("jackfruit", 0, Relation.SIBLING, (order,), "", "m", "p")], [target])
    assert row.queries == ("jackfruit",)
