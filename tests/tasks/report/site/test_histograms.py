"""The histograms hold every picture that could be read, once."""

from hypothesis import given
from hypothesis import strategies as st

from storage.records import Decision, DropReason
from tasks.report.site.histograms import ABOUT, BINS, SCORES, histograms

cosine = st.floats(-1, 1)
decisions = st.lists(
    st.builds(
        Decision, key=st.just("k"), neighbor=st.just("lime"), digest=st.just("d"),
        reason=st.none() | st.sampled_from(list(DropReason)), similarity=cosine, agreement=cosine, centrality=cosine,
        margin=st.floats(-2, 2),
    ),
    max_size=40,
)  # fmt: skip


@given(decisions)
def test_each_readable_picture_is_in_one_bin_of_each_score(rows: list[Decision]) -> None:
    """Kept, rejected for this score, or for something else; those that could not be read have no scores."""
    readable = [row for row in rows if row.reason is not DropReason.UNREADABLE]
    drawn = histograms(rows)
    assert [one.score for one in drawn] == (list(SCORES) if readable else [])
    for one in drawn:
        assert len(one.kept) == len(one.by_this) == len(one.by_others) == BINS
        assert sum(one.kept) == sum(row.reason is None for row in readable)
        assert sum(one.by_this) == sum(row.reason in ABOUT[one.score] for row in readable)
        assert sum((*one.kept, *one.by_this, *one.by_others)) == len(readable)
        assert one.low < one.high


def test_a_score_lies_in_the_bin_of_its_value() -> None:
    """The lowest in the first, the highest in the last."""
    rows = [Decision("a", "lime", "d", DropReason.UNLIKE_PARENTS, 0.0), Decision("b", "lime", "d", None, 1.0)]
    similarity = histograms(rows)[0]
    assert (similarity.low, similarity.high, similarity.by_this[0], similarity.kept[-1]) == (0.0, 1.0, 1, 1)
