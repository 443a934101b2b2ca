import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageOps

from storage.records import Decision, DropReason
from tasks.select.duplicates import components, copy_groups, drop_duplicates, size_order
from tests.tasks.select.world import Shown, candidate, shown, vectors
from tests.vision.scenes import cropped, scene

LEAST, SHORTLIST = 0.98, 3


def _copies(original: int, count: int) -> list[Shown]:
    """A picture and copies of it: smaller, mirrored, cropped; their vectors differ."""
    whole = scene(original, 120, 120)
    forms = [whole, whole.resize((90, 90)), ImageOps.mirror(whole), cropped(whole, 0.05, 0.1, 0.02, 0)]
    return [shown(100 * original + i, axis=(original + i) % 9, picture=forms[i]) for i in range(count)]


FAMILIES = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def _groups(pictures: list[Shown], shortlist: int = SHORTLIST) -> dict[str, str]:
    order = size_order([candidate(held, i) for i, held in enumerate(pictures)])
    return copy_groups(vectors(pictures), order, LEAST, shortlist)


@given(FAMILIES, st.randoms())
@settings(max_examples=25, deadline=None)
def test_groups_are_the_families_in_any_order(families: list[int], random: object) -> None:
    """Copies of one picture, and no others, share a representative: the largest, whatever the order of input."""
    pictures = [held for number, count in enumerate(families) for held in _copies(number, count)]
    mixed = random.sample(pictures, len(pictures))  # type: ignore[attr-defined]  # hypothesis types it as object
    found = _groups(mixed)
    assert found == _groups(pictures)
    for number, count in enumerate(families):
        family = [held.digest for held in _copies(number, count)]
        assert len({found[digest] for digest in family}) == 1
        assert found[family[0]] in family
    assert len(set(found.values())) == len(families)


@given(FAMILIES, st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_grouping_what_is_left_changes_nothing(families: list[int], shortlist: int) -> None:
    """Among the representatives of a first pass a second one finds no copies, however short the shortlist."""
    pictures = [held for number, count in enumerate(families) for held in _copies(number, count)]
    left = [held for held in pictures if held.digest in set(_groups(pictures, shortlist).values())]
    assert all(digest == root for digest, root in _groups(left, shortlist).items())


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20), st.randoms())
def test_components_are_what_pairs_reach(count: int, drawn: list[tuple[int, int]], random: object) -> None:
    """A row stands with the first that pairs lead to, in whatever order and direction the pairs come."""
    pairs = [(one % count, other % count) for one, other in drawn]
    near = np.eye(count, dtype=bool)
    for one, other in pairs:
        near[one, other] = near[other, one] = True
    reached = np.linalg.matrix_power(near.astype(np.int64), count) > 0
    expected = reached.argmax(1)
    mixed = [pair[::-1] for pair in random.sample(pairs, len(pairs))]  # type: ignore[attr-defined]  # as above
    for order in (pairs, mixed):
        assert (components(count, np.array(order, np.int64).reshape(-1, 2)) == expected).all()


def _row(held: Shown, number: int, similarity: float, reason: DropReason | None = None) -> Decision:
    found = candidate(held, number)
    return Decision(found.key, found.neighbor, held.digest, reason, similarity, "", 0.0, "")


def test_largest_then_likest_stays_and_names_its_copies() -> None:
    """Of one group the largest stays; of equal sizes, the likest to its parents; the others name it and how surely."""
    large, small, mirrored, _ = _copies(0, 4)
    pictures = [small, mirrored, large]
    order = size_order([candidate(held, i) for i, held in enumerate(pictures)])
    rows = [_row(small, 0, 0.9), _row(mirrored, 1, 0.7), _row(large, 2, 0.6)]
    dropped = drop_duplicates(rows, vectors(pictures), dict.fromkeys([p.digest for p in pictures], large.digest), order)
    assert [row.reason for row in dropped] == [DropReason.DUPLICATE, None, DropReason.DUPLICATE]
    assert [row.copy_of for row in dropped] == [rows[1].key, "", rows[1].key]
    assert min(dropped[0].copy_score, dropped[2].copy_score) > LEAST


def test_a_dropped_picture_stands_for_nothing() -> None:
    """Where the best of a group is dropped for another reason, the best of the rest is kept."""
    large, small = _copies(0, 2)
    order = size_order([candidate(held, i) for i, held in enumerate([large, small])])
    rows = [_row(large, 0, 0.1, DropReason.UNLIKE_PARENTS), _row(small, 1, 0.9)]
    groups = {large.digest: large.digest, small.digest: large.digest}
    assert drop_duplicates(rows, vectors([large, small]), groups, order) == rows


def test_same_bytes_at_two_addresses_are_kept_once() -> None:
    """One digest under two URLs is a duplicate for certain."""
    held = shown(1, axis=0)
    rows = [_row(held, 0, 0.9), _row(held, 1, 0.9)]
    found = drop_duplicates(rows, vectors([held]), {held.digest: held.digest}, {held.digest: (0, held.digest)})
    assert sorted(row.copy_score for row in found) == [0.0, 1.0]
    assert np.sum([row.reason is None for row in found]) == 1


@given(FAMILIES, st.randoms(), st.lists(st.sampled_from([0.6, 0.8]), min_size=24, max_size=24))
@settings(max_examples=25, deadline=None)
def test_who_stays_depends_on_no_order_and_stays_again(
    families: list[int], random: object, similarities: list[float]
) -> None:
    """The same rows are dropped for the same ones in any order of input, and dropping again drops nothing more."""
    pictures = [held for number, count in enumerate(families) for held in _copies(number, count)]
    rows = [_row(held, i, similarities[i]) for i, held in enumerate(pictures)]
    order, held = size_order([candidate(picture, i) for i, picture in enumerate(pictures)]), vectors(pictures)
    groups = _groups(pictures)
    found = drop_duplicates(rows, held, groups, order)
    mixed = drop_duplicates(random.sample(rows, len(rows)), held, groups, order)  # type: ignore[attr-defined]  # as above
    assert {row.key: (row.reason, row.copy_of) for row in mixed} == {
        row.key: (row.reason, row.copy_of) for row in found
    }
    assert sum(row.reason is None for row in found) == len(families)
    assert drop_duplicates(found, held, groups, order) == found
