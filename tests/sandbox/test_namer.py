from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.namer import Asked, Named, answer
from sandbox.names import find, words
from sandbox.seeded import seeded
from sandbox.taxonomy import Group, Taxonomy

TAXONOMY = Taxonomy(
    groups=(
        Group("apple", ("golden delicious", "pink lady"), ("granny smith", "red delicious")),
        Group("citrus", ("lemon", "orange", "red grapefruit"), ("lime", "satsumas")),
        Group("juice", ("a juice", "b juice"), ("c juice", "d juice", "e juice", "f juice", "g juice")),
    ),
    off_topic=("banana",),
    nouns={"golden delicious": "apple", "pink lady": "apple", "lemon": "lemon"},
)


def _answer(name: str, count: int = 12, avoid: tuple[str, ...] = (), seed: int = 0) -> list[Named]:
    return answer(TAXONOMY, Asked(name, count, avoid), seeded(seed))


@given(st.sampled_from(TAXONOMY.targets), st.integers(8, 40), st.integers(0, 1000))
@settings(deadline=None, max_examples=80)
def test_every_true_neighbor_comes_within_the_count(target: str, count: int, seed: int) -> None:
    """From a count of eight on, none of the group's neighbors is lost in the noise."""
    named = _answer(target, count, seed=seed)
    group = TAXONOMY.group_of(target)
    assert group is not None
    assert set(group.neighbors) <= {item.name for item in named[:count]}
    assert count - 1 <= len(named) <= count + 2


def test_an_answer_has_the_faults_of_a_real_model() -> None:
    """The class itself in disguise, other targets, repeats, and varieties that do not exist."""
    names = [item.name for seed in range(20) for item in _answer("golden delicious", 14, seed=seed)]
    assert {"Golden Delicious", "golden delicious apple", "golden golden delicious", "pink lady"} <= set(names)
    assert {"GRANNY SMITH", "RED DELICIOUS"} & set(names)
    assert any(name.startswith(("ripe ", "fresh ", "organic ")) for name in names)
    assert any(name.endswith(" apple") and find(name, TAXONOMY.names) is None for name in names)


def test_plurals_are_among_the_faults() -> None:
    """A target and a neighbor are said in the plural too."""
    names = {item.name for seed in range(20) for item in _answer("lemon", 14, seed=seed)}
    assert {"lemons", "limes"} <= names


@given(st.sampled_from(TAXONOMY.targets), st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_a_neighbor_to_avoid_is_not_named(target: str, seed: int) -> None:
    """What the asker already has does not come again."""
    named = _answer(target, 12, avoid=("Limes", "granny smith"), seed=seed)
    assert not {words("lime"), words("granny smith")} & {words(item.name) for item in named}


def test_queries_are_the_name_with_a_hint_at_most() -> None:
    """One or two queries, the first the name itself."""
    for item in _answer("lemon", 20):
        assert 1 <= len(item.queries) <= 2
        assert all(query.startswith(item.name) for query in item.queries)


def test_a_class_of_no_group_gets_faults_alone() -> None:
    """Nothing true is known of a name outside the label set."""
    assert not {item.name for item in _answer("banana", 10)} & set(TAXONOMY.neighbors)
