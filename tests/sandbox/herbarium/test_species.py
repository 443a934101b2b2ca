from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.herbarium.flora import GENERA, TARGETS, draw_flora, species_of
from sandbox.herbarium.species import SPECIFIC, Species, difference, draw_species, mutate
from sandbox.names import find, spoken
from sandbox.seeded import seeded
from storage.records import Proposal, Relation, TargetClass
from tasks.neighbors.vetting.vet import vet

species = st.integers(0, 10_000).map(lambda seed: draw_species(seeded("test", seed)))


@given(species, species)
@settings(deadline=None, max_examples=200)
def test_two_species_never_share_a_name(one: Species, other: Species) -> None:
    """A name says every attribute, so it is a species' own."""
    assert (one.name == other.name) == (one == other)


@given(species, st.sampled_from([1, 2, 3]), st.integers(0, 1000))
@settings(deadline=None, max_examples=100)
def test_a_mutation_changes_as_many_attributes_as_asked(one: Species, changes: int, seed: int) -> None:
    """It stays in its genus and can be drawn."""
    other = mutate(one, changes, seeded(seed))
    assert difference(one, other) == changes
    assert {f.name for f in fields(Species) if getattr(one, f.name) != getattr(other, f.name)} <= set(SPECIFIC)
    assert other.genus == one.genus
    assert other.is_drawable


@pytest.mark.parametrize("seed", range(4))
def test_a_world_has_genera_of_alike_targets_and_neighbors(seed: int) -> None:
    """24 targets, each within two attributes of a sibling, and 48 neighbors, each within two of a target."""
    genera = draw_flora(seed)
    assert len({genus.name for genus in genera}) == GENERA
    for genus in genera:
        assert len({*genus.targets, *genus.neighbors}) == TARGETS + 2 * TARGETS
        for target in genus.targets:
            assert min(difference(target, other) for other in genus.targets if other != target) in (1, 2)
        for neighbor in genus.neighbors:
            assert min(difference(neighbor, target) for target in genus.targets) in (1, 2)


def test_a_seed_is_a_world() -> None:
    """The same seed grows the same species, another one others."""
    assert draw_flora(3) == draw_flora(3)
    assert not species_of(3) & species_of(4)


@pytest.mark.parametrize("seed", range(4))
def test_names_live_through_spelling_search_and_vetting(seed: int) -> None:
    """A folder's name is spoken as the species is called, finds it alone, and no neighbor is taken for a target."""
    genera = draw_flora(seed)
    targets = [one.name for genus in genera for one in genus.targets]
    neighbors = [one.name for genus in genera for one in genus.neighbors]
    for name in (*targets, *neighbors):
        assert spoken(name.replace(" ", "-")) == name
        assert find(f"a photo of {name.title()}, close up", (*targets, *neighbors)) == name
    classes = [TargetClass(label, name, 1, 1, 1) for label, name in enumerate(targets)]
    proposals = [Proposal(name, label, Relation.SIBLING, (), "", "m", "p") for label in range(24) for name in neighbors]
    kept = [row.name for row in vet(proposals, classes) if row.reason is None]
    assert sorted(kept) == sorted(neighbors)
