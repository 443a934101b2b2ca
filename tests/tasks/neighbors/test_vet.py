"""The laws of vetting, and what they come to on real names."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import NameReason, Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.spelling import words
from tasks.neighbors.variants import NO_KIND, essence
from tasks.neighbors.vet import vet

GROCERY = Path(__file__).parents[4] / "shared" / "data" / "grocery"
NAMES = (
    "lemon", "anjou", "golden delicious", "red grapefruit", "honeydew melon", "arla ecological sour cream", "orange",
)  # fmt: skip
TARGETS = [TargetClass(label, name, 2, 0, 1) for label, name in enumerate(NAMES)]
WORD = st.sampled_from((
    "lemon", "lemons", "anjou", "golden", "delicious", "red", "grapefruit", "apple", "pear", "juice", "ripe", "Sour",
    "cream", "Arla", "melon", "(fruit)",
))  # fmt: skip
PROPOSAL = st.builds(
    Proposal,
    name=st.lists(WORD, max_size=4).map(" ".join) | st.sampled_from([*NAMES, "", "?!", "Bosc-Pear", "bosc pears"]),
    parent=st.integers(0, len(NAMES) - 1),
    relation=st.sampled_from([Relation.SIBLING, Relation.SIBLING, Relation.LOOKALIKE, Relation.HYPONYM]),
    queries=st.lists(st.sampled_from(["bosc pear", "pear fruit", " ", "a b"]), max_size=3).map(tuple),
    why=st.sampled_from(["round", "green"]),
    model=st.just("m"),
    prompt=st.sampled_from(["p", "q"]),
)
PROPOSALS = st.lists(PROPOSAL, max_size=12)


def _named(name: str, parent: str = "lemon", relation: Relation = Relation.SIBLING) -> Proposal:
    return Proposal(name, NAMES.index(parent), relation, (name,), "alike", "m", "p")


def _kept(rows: list[Neighbor]) -> list[Neighbor]:
    return [row for row in rows if row.reason is None]


def _proposed_again(rows: list[Neighbor]) -> list[Proposal]:
    return [
        Proposal(row.name, parent, row.relation, row.queries, row.why, row.model, row.prompt)
        for row in rows
        for parent in row.parents
    ]


@settings(max_examples=300, deadline=None)
@given(PROPOSALS)
def test_no_target_and_no_variant_of_one_is_kept(proposals: list[Proposal]) -> None:
    """No kept name has a target's words, with or without those that name no kind, nor is it a kind of one."""
    targets = {words(name) for name in NAMES}
    for row in _kept(vet(proposals, TARGETS)):
        assert words(row.name) not in targets
        assert essence(words(row.name)) not in targets
        assert row.relation is not Relation.HYPONYM
        assert row.name
        assert row.queries


@settings(max_examples=300, deadline=None)
@given(PROPOSALS)
def test_every_proposal_is_accounted_for(proposals: list[Proposal]) -> None:
    """A proposal is a parent of a kept row or a dropped row of its own; a kept name is there once."""
    rows = vet(proposals, TARGETS)
    kept = _kept(rows)
    dropped = [row for row in rows if row.reason is not None]
    assert len(proposals) == sum(len(row.parents) for row in kept) + len(dropped)
    assert Counter(p.parent for p in proposals) == Counter(parent for row in rows for parent in row.parents)
    assert max(Counter(essence(words(row.name)) for row in kept).values(), default=1) == 1
    assert all(row.parents == tuple(sorted(set(row.parents))) for row in kept)
    assert all(row.detail for row in dropped)


@settings(max_examples=200, deadline=None)
@given(PROPOSALS, st.randoms(use_true_random=False))
def test_the_order_of_proposals_does_not_matter(proposals: list[Proposal], random: object) -> None:
    """Any order gives the same rows in the same order."""
    mixed = list(proposals)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    assert vet(mixed, TARGETS) == vet(proposals, TARGETS)


@settings(max_examples=200, deadline=None)
@given(PROPOSALS)
def test_vetting_is_idempotent(proposals: list[Proposal]) -> None:
    """What was kept is kept again, unchanged."""
    kept = _kept(vet(proposals, TARGETS))
    assert vet(_proposed_again(kept), TARGETS) == kept


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
        ("red grapefruit juice", "red grapefruit", None),
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
        replace(_named("lime", "orange"), queries=("c", "d")),
        replace(_named("lime"), queries=("a", " b  b ", "A")),
    ]
    assert _kept(vet(given_two, TARGETS))[0].queries == ("a", "b b", "c")
    assert _kept(vet([replace(_named("Key-Lime"), queries=())], TARGETS))[0].queries == ("key lime",)


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


def test_a_target_without_a_word_bothers_nobody() -> None:
    """A class named by signs alone cannot be proposed, and stops nothing."""
    rows = vet([replace(_named("kiwi"), parent=0)], [TargetClass(0, "!!", 2, 0, 1)])
    assert [row.reason for row in rows] == [None]


def test_no_color_is_among_the_words_that_name_no_kind() -> None:
    """Colors tell kinds apart: a green bell pepper is no red one."""
    assert not NO_KIND & {"red", "green", "yellow", "orange", "white", "black", "blue", "purple", "pink", "brown"}
