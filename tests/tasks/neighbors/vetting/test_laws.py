"""The laws of vetting, with no dictionary, a tiny one and WordNet itself."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import Proposal, Relation, TargetClass
from tasks.neighbors.lexicon import lexicon
from tasks.neighbors.spelling import words
from tasks.neighbors.vetting.variants import essence
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet
from tests.tasks.neighbors.vetting.world import kept, proposed_again


@dataclass(frozen=True, slots=True)
class World:
    """A label set, words that proposals are made of, whole names among them, and names that are always a target's."""

    targets: tuple[TargetClass, ...]
    words: tuple[str, ...]
    names: tuple[str, ...]
    same: tuple[str, ...]

    def _named(self, stems: list[str]) -> st.SearchStrategy[list[Proposal]]:
        """Up to a dozen proposals with names around a few, so that many mean the same."""
        stem, word = st.sampled_from(stems), st.sampled_from(self.words)
        longer = st.tuples(stem, word) | st.tuples(word, stem) | st.tuples(stem, word, word)
        relations = [*[Relation.SIBLING] * 6, Relation.LOOKALIKE, Relation.HYPONYM, Relation.UNRELATED]
        query = st.sampled_from([*stems, *self.words, " ", "a b"])
        proposal = st.builds(
            Proposal,
            name=stem | longer.map(" ".join),
            parent=st.sampled_from([target.label for target in self.targets]),
            relation=st.sampled_from(relations),
            queries=st.just(()) | st.lists(query, max_size=3).map(tuple),
            why=st.sampled_from(["round", "green"]),
            model=st.just("m"),
            prompt=st.sampled_from(["p", "q"]),
            rank=st.integers(0, 3),
        )
        return st.integers(0, 12).flatmap(lambda size: st.lists(proposal, min_size=size, max_size=size))

    @property
    def proposals(self) -> st.SearchStrategy[list[Proposal]]:
        """Proposals that are at odds with the label set and with each other, some of them given twice."""
        whole = st.sampled_from([*self.names, *self.same, *(target.name for target in self.targets)])
        stem = whole | st.lists(st.sampled_from(self.words), max_size=3).map(" ".join)
        few = st.lists(stem, min_size=1, max_size=4).flatmap(self._named)
        return st.builds(lambda given, twice: given + given[:twice], few, st.sampled_from([0, 0, 2]))


def _targets(*rows: tuple[str, tuple[str, ...], str]) -> tuple[TargetClass, ...]:
    return tuple(
        TargetClass(3 * at, name, 2, 0, 1, aliases, taxonomy=taxonomy)
        for at, (name, aliases, taxonomy) in enumerate(rows)
    )


SHELF = World(
    _targets(
        ("lemon", (), ""), ("anjou", (), ""), ("golden delicious", (), ""), ("red grapefruit", (), ""),
        ("honeydew melon", (), ""), ("arla ecological sour cream", (), ""), ("orange", (), ""),
    ),
    ("lemon", "lemons", "anjou", "golden", "delicious", "red", "grapefruit", "apple", "pear", "juice", "ripe", "Sour",
     "cream", "Arla", "melon", "(fruit)", "and"),
    ("", "?!", "Bosc-Pear", "bosc pears", "bosc pear", "pear fruit"),
    ("Lemons", "ripe lemon", "golden-delicious"),
)  # fmt: skip
MENAGERIE = World(
    _targets(
        ("eggplant", ("Brinjal",), "food > vegetable"), ("king snake", (), "animal > snake"),
        ("beagle", (), "animal > dog"), ("crane", (), "animal > bird"), ("mouse", (), ""), ("bulldozer", (), "machine"),
        ("apple", (), "edible fruit"), ("Andean flamingo", ("flamingo",), ""),
    ),
    ("mad", "apple", "king", "snake", "snakes", "serpent", "dog", "domestic", "beagle", "crane", "derrick", "bird",
     "heron", "machine", "tangy", "carrot", "vegetable", "and", "mice", "Ox", "animal", "fruit", "ripe", "computer"),
    ("", "?!", "crane", "derrick", "heron", "domestic dog", "beagle dog", "basset", "basset hound", "carrot vegetable",
     "custard apple", "crab apple", "rattler", "rattlesnake", "puppy", "dog fruit", "Red-Shouldered Hawk",
     "red shouldered hawk bird", "aardvark", "ant bear", "anteater", "puma", "cougar", "cougar animal", "courgette",
     "zucchini", "zucchini vegetable"),
    ("eggplants", "brinjal", "mice", "ripe apple", "crane (bird)", "Flamingos"),
)  # fmt: skip
WORLDS = pytest.mark.parametrize("world", [SHELF, MENAGERIE], ids=["shelf", "menagerie"])
OFTEN = 150
"""Examples of the law that only a rare meeting of names would break."""

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", params=["none", "tiny", "real"])
def rules(request: pytest.FixtureRequest) -> Rules:
    """Vetting with each of the dictionaries that there are."""
    return Rules(None if request.param == "none" else request.getfixturevalue(request.param))


@pytest.fixture(scope="module", params=["drop", "keep"])
def hyponyms(request: pytest.FixtureRequest) -> Literal["drop", "keep"]:
    """Whether kinds of a target itself are wanted."""
    wanted: Literal["drop", "keep"] = request.param
    return wanted


@WORLDS
@LAW
@given(data=st.data())
def test_no_target_and_no_other_name_of_one_is_kept(
    rules: Rules, hyponyms: Literal["drop", "keep"], world: World, data: st.DataObject
) -> None:
    """No kept name has a target's or an alias's words, with or without those that name no kind, or means one only."""
    rows = kept(vet(data.draw(world.proposals), world.targets, Rules(rules.wordnet, hyponyms)))
    taken = {words(name) for target in world.targets for name in (target.name, *target.aliases)}
    taken |= {words(name) for name in world.same}
    meant = lexicon(rules.wordnet, world.targets).labels if rules.wordnet else {}
    for row in rows:
        assert words(row.name) not in taken
        assert essence(words(row.name)) not in taken
        senses = rules.wordnet.senses(row.name) if rules.wordnet else ()
        assert len(senses) != 1 or senses[0].offset not in meant
        assert hyponyms == "keep" or row.relation is not Relation.HYPONYM
        assert row.name
        assert row.queries


@WORLDS
@LAW
@given(data=st.data())
def test_every_proposal_is_accounted_for(rules: Rules, world: World, data: st.DataObject) -> None:
    """A proposal is a parent of a kept row or a dropped row of its own; a kept name is there once."""
    proposals = data.draw(world.proposals)
    rows = vet(proposals, world.targets, rules)
    stay = kept(rows)
    dropped = [row for row in rows if row.reason is not None]
    assert len(proposals) == sum(len(row.parents) for row in stay) + len(dropped)
    assert Counter(p.parent for p in proposals) == Counter(parent for row in rows for parent in row.parents)
    assert max(Counter(essence(words(row.name)) for row in stay).values(), default=1) == 1
    assert all(row.parents == tuple(sorted(set(row.parents))) for row in stay)
    assert all(row.detail for row in dropped)
    assert not Counter(row.name for row in dropped) - Counter(proposal.name for proposal in proposals)


@WORLDS
@LAW
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_the_order_of_proposals_does_not_matter(
    rules: Rules, world: World, data: st.DataObject, random: Random
) -> None:
    """Any order gives the same rows in the same order."""
    proposals = data.draw(world.proposals)
    mixed = list(proposals)
    random.shuffle(mixed)
    assert vet(mixed, world.targets, rules) == vet(proposals, world.targets, rules)


@WORLDS
@settings(LAW, max_examples=OFTEN)
@given(data=st.data())
def test_vetting_is_idempotent(
    rules: Rules, hyponyms: Literal["drop", "keep"], world: World, data: st.DataObject
) -> None:
    """What was kept is kept again, unchanged."""
    both = Rules(rules.wordnet, hyponyms)
    stay = kept(vet(data.draw(world.proposals), world.targets, both))
    assert vet(proposed_again(stay), world.targets, both) == stay
