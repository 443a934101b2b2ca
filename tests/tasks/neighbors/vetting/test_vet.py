"""What vetting comes to on real names; its laws are in test_laws.py, its reasons in test_verdicts.py."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from storage.records import NameReason, Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet, within_counts
from tasks.neighbors.wordnet import WordNet
from tests.tasks.neighbors.vetting.world import proposed, targets

GROCERY = Path(__file__).parents[5] / "shared" / "data" / "grocery"
NAMES = (
    "lemon", "anjou", "golden delicious", "red grapefruit", "honeydew melon", "arla ecological sour cream", "orange",
)  # fmt: skip
TARGETS = [TargetClass(label, name, 2, 0, 1) for label, name in enumerate(NAMES)]


def _named(name: str, parent: str = "lemon", relation: Relation = Relation.SIBLING) -> Proposal:
    return Proposal(name, NAMES.index(parent), relation, (name,), "alike", "m", "p")


def _kept(rows: list[Neighbor]) -> list[Neighbor]:
    return [row for row in rows if row.reason is None]


@pytest.mark.parametrize(
    ("name", "parent", "reason"),
    [
        ("Lemons", "lemon", NameReason.IS_TARGET),
        ("Golden-Delicious", "anjou", NameReason.IS_TARGET),
        ("lemon (fruit)", "anjou", NameReason.IS_TARGET),
        ("ripe lemon", "lemon", NameReason.IS_VARIANT),
        ("a slice lemon fruit", "lemon", None),
        ("fresh cut Lemons", "lemon", NameReason.IS_VARIANT),
        ("golden delicious apple", "golden delicious", NameReason.IS_VARIANT),
        ("Ripe Golden Delicious Apples", "golden delicious", NameReason.IS_VARIANT),
        ("  ?? ", "lemon", NameReason.EMPTY),
        ("arla sour cream", "arla ecological sour cream", None),
        ("red grapefruit juice", "red grapefruit", NameReason.NO_KIND),
        ("red grapefruit juice", "orange", None),
        ("orange bell pepper", "orange", None),
        ("pink lady", "golden delicious", None),
    ],
)
def test_a_name_is_kept_or_dropped_for_its_reason(name: str, parent: str, reason: NameReason | None) -> None:
    """Targets and their variants go; what merely shares words with one stays."""
    (row,) = vet([_named(name, parent)], TARGETS)
    assert row.reason is reason


def test_a_shared_ending_tells_a_variant() -> None:
    """Beside another pear, "anjou pear" is anjou; alone it might be anything."""
    pears = [_named("bosc pear", "anjou"), _named("anjou pear", "lemon")]
    reasons = {row.name: row.reason for row in vet(pears, TARGETS)}
    assert reasons == {"bosc pear": None, "anjou pear": NameReason.IS_VARIANT}
    assert vet(pears[1:], TARGETS)[0].reason is None


def test_one_name_of_several_targets_is_one_row() -> None:
    """Parents are merged, the commonest spelling names the row, and a repeat for one parent is dropped as such."""
    rows = vet([_named("Limes", "orange"), _named("lime"), _named("Lime"), _named("lime", "anjou")], TARGETS)
    (kept,) = _kept(rows)
    assert (kept.name, kept.parents) == ("lime", (0, 1, 6))
    (repeat,) = [row for row in rows if row.reason]
    assert repeat.reason is NameReason.REPEATED
    assert "lemon" in repeat.detail


def test_a_hyponym_of_one_target_is_no_neighbor_of_another() -> None:
    """Its pictures show that target, whoever else proposed it."""
    rows = vet([_named("eureka", "lemon", Relation.HYPONYM), _named("eureka", "orange")], TARGETS)
    assert {row.reason for row in rows} == {NameReason.IS_HYPONYM}
    assert all(row.detail == "a kind of the target class lemon" for row in rows)


def test_queries_are_merged_and_never_missing() -> None:
    """Three at most, in the order of the parents; the name itself where none was given."""
    given_two = [
        replace(_named("lime", "orange"), queries=("lime fruit", "green limes")),
        replace(_named("lime"), queries=("Lime", " lime  tree ", "lime tree")),
    ]
    assert _kept(vet(given_two, TARGETS))[0].queries == ("Lime", "lime tree", "lime fruit")
    assert _kept(vet([replace(_named("Key-Lime"), queries=())], TARGETS))[0].queries == ("key lime",)


def test_queries_that_search_for_something_else_are_dropped() -> None:
    """A phrase shares a word with the name, or it is no search for it."""
    smuggled = replace(_named("key lime"), queries=("cheap watches", "Limes", "lemon", ""))
    assert _kept(vet([smuggled], TARGETS))[0].queries == ("Limes",)
    assert _kept(vet([replace(smuggled, queries=("cheap watches",))], TARGETS))[0].queries == ("key lime",)


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_grocery_keeps_its_neighbors_and_drops_its_targets() -> None:
    """All 34 true neighbors survive beside all 41 targets; faults of a model do not."""
    groups = json.loads((GROCERY / "split.json").read_text())["groups"].values()
    spoken = [
        {side: [name.lower().replace("-", " ") for name in group[side]] for side in ("targets", "neighbors")}
        for group in groups
    ]
    names = [name for group in spoken for name in group["targets"]]
    classes = [TargetClass(label, name, 2, 0, 1) for label, name in enumerate(names)]
    true = [
        Proposal(neighbor, names.index(target), Relation.SIBLING, (neighbor,), "alike", "m", "p")
        for group in spoken
        for target in group["targets"]
        for neighbor in group["neighbors"]
    ]
    faults = [
        replace(true[0], name=fault.format(name), parent=label)
        for label, name in enumerate(names)
        for fault in ("{}", "{}s", "Ripe {}", "fresh {}", "large {} (food)", "{} fruit")
    ]
    rows = vet([*true, *true[::3], *faults], classes)
    wanted = {name for group in spoken for name in group["neighbors"]}
    assert {row.name.removesuffix("s") for row in _kept(rows)} == {name.removesuffix("s") for name in wanted}
    assert len(wanted) == 34
    reasons = Counter(row.reason for row in rows)
    assert reasons[NameReason.REPEATED] == len(true[::3])
    assert reasons[NameReason.IS_TARGET] + reasons[NameReason.IS_VARIANT] == len(faults)


def test_names_of_one_meaning_are_one_row(wordnet: WordNet) -> None:
    """A pleonasm, a note in parentheses and a synonym merge with the name that most parents give it."""
    classes = targets("heron", "mouse", "eggplant", "machine", "zzyzx")
    rows = vet(
        [proposed("beagle dog"), proposed("Beagle", 1), proposed("beagle (dog)", 2), proposed("beagle", 1),
         proposed("king snake", 4), proposed("kingsnake", 1)],
        classes, Rules(wordnet),
    )  # fmt: skip
    assert {(row.name, row.parents) for row in _kept(rows)} == {("beagle", (0, 1, 2)), ("kingsnake", (1, 4))}
    (repeat,) = [row for row in rows if row.reason]
    assert (repeat.name, repeat.reason) == ("Beagle", NameReason.REPEATED)
    assert repeat.detail == "beagle, proposed for mouse already"


def test_a_proposal_is_judged_by_the_name_of_its_group(real: WordNet) -> None:
    """A "dog fruit" is a dog, which as food is none of beagles', but above them as an animal; the row says so."""
    classes = targets("eggplant", "beagle", "carrot", "pea")
    kept, dropped = sorted(
        vet([proposed("dog fruit", 1), proposed("dog", 0)], classes, Rules(real)), key=lambda row: row.reason or ""
    )
    assert (kept.name, kept.parents, kept.reason) == ("dog", (0,), None)
    assert (dropped.name, dropped.reason) == ("dog fruit", NameReason.IS_BROADER)
    assert dropped.detail == "the same as dog: the target class beagle is a kind of it"


def test_the_name_of_a_group_is_evidence_too() -> None:
    """Where lemon's "bosc pear ripe" goes by "bosc pears", a "lemons pear" is lemon."""
    rows = vet(
        [_named("bosc pears", "honeydew melon"), _named("bosc pear ripe"), _named("lemons pear", "anjou")], TARGETS
    )  # fmt: skip
    assert {row.name: row.reason for row in rows} == {"bosc pears": None, "lemons pear": NameReason.IS_VARIANT}


def test_a_kind_of_one_target_goes_with_its_synonyms(wordnet: WordNet) -> None:
    """Whoever proposed the other name, it means that kind."""
    named = [proposed("king snake", 0, Relation.HYPONYM), proposed("kingsnake", 1)]
    rows = vet(named, targets("zzyzx", "mouse"), Rules(wordnet))
    assert {row.reason for row in rows} == {NameReason.IS_HYPONYM}


def test_over_count_keeps_the_best_ranks() -> None:
    """Of one class's names those that came first stay, whatever their order in the rows, and none without a bound."""
    classes = targets("lemon", "orange")
    rows = vet([proposed(name, 0, rank=rank) for rank, name in enumerate(("pear", "lime", "apple", "fig"))], classes)
    within = within_counts(rows, {0: 2, 1: 2})
    assert {row.name for row in _kept(within)} == {"pear", "lime"}
    assert {row.reason for row in within} == {None, NameReason.OVER_COUNT}
    assert [row.name for row in within] == [row.name for row in rows]
    assert within_counts(rows, {0: 4, 1: 0}) == rows


def test_over_count_spares_a_name_that_some_parent_has_room_for() -> None:
    """A shared name counts for all its parents and goes only where none of them has room."""
    classes = targets("lemon", "orange")
    named = [("pear", 0, 0), ("lime", 0, 1), ("lime", 1, 1), ("apple", 0, 2), ("fig", 1, 2)]
    rows = vet([proposed(name, parent, rank=rank) for name, parent, rank in named], classes)
    assert {row.name for row in _kept(within_counts(rows, {0: 1, 1: 1}))} == {"pear", "lime"}
    assert {row.name for row in _kept(within_counts(rows, {0: 1, 1: 2}))} == {"pear", "lime", "fig"}
    assert {row.name for row in _kept(within_counts(rows, {0: 0, 1: 0}))} == set()


def test_a_dropped_name_takes_no_room() -> None:
    """A target among the proposals does not count."""
    rows = vet([proposed("lemons", rank=0), proposed("lime", rank=1)], targets("lemon"))
    assert [row.reason for row in within_counts(rows, {0: 1})] == [NameReason.IS_TARGET, None]
