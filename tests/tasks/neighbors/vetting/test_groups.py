"""Proposals of one thing are found together."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Proposal
from tasks.neighbors.vetting.groups import Called, firsts, grouped, under_one_name
from tests.tasks.neighbors.vetting.world import proposed

KEYS = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=3), max_size=15)


def _sets(groups: list[list[int]]) -> set[frozenset[int]]:
    return {frozenset(group) for group in groups}


@given(KEYS)
def test_every_item_is_in_one_group(keys: list[list[int]]) -> None:
    """Groups are a partition, in the order of their first items."""
    groups = grouped(range(len(keys)), keys)
    assert sorted(item for group in groups for item in group) == list(range(len(keys)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert all(group == sorted(group) for group in groups)


@given(KEYS)
def test_what_shares_a_key_is_together_and_nothing_else(keys: list[list[int]]) -> None:
    """Directly or through others: no two groups have a key in common, and none falls apart."""
    groups = grouped(range(len(keys)), keys)
    held = [set().union(*(keys[item] for item in group)) for group in groups]
    assert all(not one & other for place, one in enumerate(held) for other in held[:place])
    for group in groups:
        reached, edge = {group[0]}, [group[0]]
        while edge:
            edge = [
                item for item in group if item not in reached and any(set(keys[item]) & set(keys[at]) for at in edge)
            ]
            reached |= set(edge)
        assert reached == set(group)


@settings(deadline=None)
@given(KEYS, st.randoms(use_true_random=False))
def test_the_order_of_items_and_keys_does_not_matter(keys: list[list[int]], random: Random) -> None:
    """As a set of sets the groups are the same."""
    order = list(range(len(keys)))
    random.shuffle(order)
    mixed = [random.sample(keys[item], len(keys[item])) for item in order]
    assert _sets(grouped(order, mixed)) == _sets(grouped(range(len(keys)), keys))


def _called(*proposals: Proposal) -> list[Called]:
    return [Called(proposal, proposal) for proposal in proposals]


def test_the_first_of_each_parent_counts() -> None:
    """A repeat for one parent is none of them."""
    group = _called(proposed("lime"), proposed("limes"), proposed("Lime", 1))
    assert list(firsts(group).values()) in ([group[0], group[2]], [group[2], group[0]])
    assert firsts(group)[0] is group[0]


def test_a_group_goes_by_its_commonest_name() -> None:
    """As tidily written; of equals by the shortest, and a repeat has no voice."""
    three = _called(proposed("Key-Lime"), proposed("mexican lime", 1), proposed("mexican lime", 2))
    assert {each.now.name for each in under_one_name(three)} == {"mexican lime"}
    two = _called(proposed("key lime"), proposed("Mexican lime"), proposed("Mexican lime", 1))
    assert {each.now.name for each in under_one_name(two)} == {"key lime"}
    assert [each.given for each in under_one_name(two)] == [each.given for each in two]
