"""Which pictures the site holds where it may not hold all."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from storage.records import Decision, DropReason
from tasks.report.site.choose import ORDER, chosen, shares, way

sizes = st.lists(st.integers(1, 40), max_size=12)


@given(sizes, st.integers(0, 200))
def test_shares_use_all_the_room_and_no_more(heaps: list[int], most: int) -> None:
    """No heap gives more than it has."""
    taken = shares(heaps, most)
    assert sum(taken) == min(most, sum(heaps))
    assert all(0 <= one <= size for one, size in zip(taken, heaps, strict=True))


@given(sizes, st.integers(0, 200))
def test_shares_are_even(heaps: list[int], most: int) -> None:
    """A heap that is cut gives at most one less than any other gives."""
    taken = shares(heaps, most)
    cut = [one for one, size in zip(taken, heaps, strict=True) if one < size]
    assert all(max(taken) - one <= 1 for one in cut)


decisions = st.lists(
    st.builds(
        Decision, key=st.text("0123456789abcdef", min_size=4, max_size=4), neighbor=st.sampled_from("abc"),
        digest=st.just("d"), reason=st.none() | st.sampled_from([DropReason.LEAK, DropReason.UNLIKE_PARENTS]),
    ),
    max_size=60, unique_by=lambda one: (one.key, one.neighbor),
)  # fmt: skip


@given(decisions, st.integers(0, 60))
def test_what_is_chosen_does_not_depend_on_the_order(rows: list[Decision], most: int) -> None:
    """By reason, category and key, and of each the first by key."""
    held = chosen(rows, most)
    assert held == chosen(rows[::-1], most)
    assert held == sorted(held, key=lambda one: (ORDER.index(way(one)), one.neighbor, one.key))
    for (neighbor, ended), number in Counter((one.neighbor, way(one)) for one in held).items():
        heap = sorted(one.key for one in rows if (one.neighbor, way(one)) == (neighbor, ended))
        assert [one.key for one in held if (one.neighbor, way(one)) == (neighbor, ended)] == heap[:number]


def test_a_rare_reason_is_shown_beside_a_frequent_one() -> None:
    """Of a thousand kept and two leaks, both leaks are there."""
    many = [Decision(f"{number:04d}", "lime", "d") for number in range(1000)]
    leaks = [Decision(f"f{number}", "lime", "d", DropReason.LEAK) for number in range(2)]
    held = Counter(way(one) for one in chosen([*many, *leaks], 10))
    assert held == {"kept": 8, "leak": 2}
