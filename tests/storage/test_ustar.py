"""Headers that any tar reader takes."""

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ustar import header

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=100)


@given(NAMES, st.integers(0, 8**11 - 1))
def test_a_header_is_the_one_that_tarfile_writes(name: str, size: int) -> None:
    """To the last byte."""
    info = tarfile.TarInfo(name)
    info.size = size
    assert header(name, size) == info.tobuf(tarfile.USTAR_FORMAT)


def test_a_name_that_does_not_fit_is_an_error() -> None:
    """It is never cut."""
    with pytest.raises(ValueError, match="too long"):
        header("x" * 101, 1)
