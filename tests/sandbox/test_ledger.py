from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.ledger import Truth, from_lines, to_lines


@given(st.lists(st.from_type(Truth), max_size=5))
@settings(deadline=None, max_examples=50)
def test_reading_gives_back_what_was_written(rows: list[Truth]) -> None:
    """The ledger survives its own format, whatever text is in it."""
    assert from_lines(to_lines(rows)) == rows
