"""A tar as places: what tarfile reads is found, and what no tar may hold is told, never believed."""

import io
import tarfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.tars import BLOCK, LONGEST_HEADER, Member, members

NAME = st.text(st.characters(categories=("L", "N"), include_characters=" -_.,"), min_size=1, max_size=60)


def info(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """A member's header."""
    made = tarfile.TarInfo(name)
    made.size, made.type = size, kind
    return made


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """One block, whatever it says."""
    return info(name, size, kind).tobuf(tarfile.USTAR_FORMAT)


def listed(data: bytes) -> list[Member]:
    """The members of a tar of these bytes."""
    return list(members(io.BytesIO(data), "some.tar"))


def ended(data: bytes) -> bytes:
    """Blocks with the least behind them that makes a whole tar."""
    return data + bytes(BLOCK)


def packed(files: list[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar by the standard library."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as tar:
        for name, data in files:
            tar.addfile(info(name, len(data)), io.BytesIO(data))
    return sink.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    files=st.lists(st.tuples(st.lists(NAME, min_size=1, max_size=6), st.binary(max_size=1500)), max_size=8),
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_every_file_is_where_it_is_said_to_be(files: list[tuple[list[str], bytes]], form: int) -> None:
    """Names of any length and script, in both formats that write them; the bytes at each place are the file's."""
    wanted = [("/".join(parts), data) for parts, data in files]
    tar = packed(wanted, form)
    found = listed(tar)
    assert [(one.name, tar[one.offset : one.offset + one.size]) for one in found] == wanted


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_tar_ends(data: st.DataObject) -> None:
    """Whatever bytes are changed or lost, it is listed or refused, and no place lies outside of it."""
    tar = bytearray(packed([("a" * 120 + ".jpg", b"x" * 700), ("b.jpg", b"y"), ("ü.jpg", b"z" * 512)]))
    for _ in range(data.draw(st.integers(0, 6))):
        tar[data.draw(st.integers(0, len(tar) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(tar[: data.draw(st.integers(0, len(tar)))])
    found: list[Member] = []
    with suppress(BadInput):
        found = listed(cut)
    assert all(one.offset + one.size <= len(cut) for one in found)


def test_what_is_no_file_is_passed_over() -> None:
    """Links and folders hold nothing, whatever size they give; absolute and upward names are names like others."""
    tar = b"".join(
        header(name, size, kind)
        for name, size, kind in [
            ("link.jpg", 9999, tarfile.SYMTYPE), ("hard.jpg", 9999, tarfile.LNKTYPE), ("d.jpg", 0, tarfile.DIRTYPE),
            ("/etc/passwd.jpg", 0, tarfile.REGTYPE), ("../../up.jpg", 0, tarfile.AREGTYPE),
        ]
    )  # fmt: skip
    assert [one.name for one in listed(ended(tar))] == ["/etc/passwd.jpg", "../../up.jpg"]


def test_a_name_that_is_no_text_is_one_all_the_same() -> None:
    """Bytes of another encoding are shown, not lost, so that rows can be written."""
    block = bytearray(header("a.jpg", 0))
    block[:6] = b"\xff\xfe.jpg"
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 8 * 32)
    assert [one.name for one in listed(ended(bytes(block)))] == [r"\xff\xfe.jpg"]


def _negative() -> bytes:
    block = bytearray(header("a.jpg", 0))
    block[124:136] = b"\xff" * 11 + b"\x00"
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 8 * 32)
    return bytes(block)


def _pax(records: bytes) -> bytes:
    padded = records + bytes(-len(records) % BLOCK)
    return header("pax", len(records), tarfile.XHDTYPE) + padded + header("a.jpg", 0)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"", "it is empty"),
        (lambda: b"\x1f\x8b" + bytes(range(256)) * 4, "invalid header"),
        (lambda: b"not a tar at all", "truncated header"),
        (lambda: header("a.jpg", 0), "cut off: no block of zeros ends it"),
        (lambda: header("a.jpg", 0) + bytes(BLOCK - 1), "truncated header"),
        (lambda: header("a.jpg", 10**9), "1000000000 bytes, and 0 are left"),
        (lambda: packed([("a.jpg", b"x" * 600)])[:1000], "600 bytes, and 488 are left"),
        (_negative, "is said to have -256 bytes"),
        (lambda: header("a", LONGEST_HEADER + 1, tarfile.XHDTYPE) + bytes(LONGEST_HEADER + BLOCK), "and .* are left"),
        (lambda: _pax(b"99 path=a.jpg\n"), "makes no sense"),
        (lambda: _pax(b"1 a=b\n"), "makes no sense"),
        (lambda: _pax(b"path=a.jpg\n"), "makes no sense"),
        (lambda: _pax(b"12 size=-12\n"), "-12 bytes"),
        (lambda: _pax(b"13 size=many\n"), "invalid literal"),
        (lambda: _pax(b"22 GNU.sparse.major=1\n"), "with holes"),
        (lambda: header("a.jpg", 0, tarfile.GNUTYPE_SPARSE), "with holes"),
        (lambda: packed([("a" * 5000, b"")]), "a name has 5000 characters"),
    ],
)  # fmt: skip
def test_a_broken_tar_is_named_with_what_is_wrong(make: Callable[[], bytes], why: str) -> None:
    """Its name, the reason, and how to look further; no size is taken for true that cannot be."""
    with pytest.raises(BadInput, match=why) as error:
        listed(make())
    assert error.value.problem.startswith("some.tar cannot be read as a tar")
    assert "tar -tvf" in error.value.mend


def test_extended_headers_behind_one_another_take_no_stack() -> None:
    """Thousands of them, each saying something of the next: the last is still read."""
    assert listed(ended(_pax(b"")[:BLOCK] * 20_000 + header("a.jpg", 0)))[0].name == "a.jpg"


def test_members_are_given_one_at_a_time() -> None:
    """The first is there before the second, broken one is looked at, and reading between the two does no harm."""
    file = io.BytesIO(packed([("a.jpg", b"x")])[: 2 * BLOCK] + b"broken".ljust(BLOCK, b"!"))
    found = members(file, "some.tar")
    assert next(found).name == "a.jpg"
    file.read()
    with pytest.raises(BadInput, match="invalid header"):
        next(found)


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 1100), min_size=1, max_size=5), data=st.data())
def test_a_tar_cut_off_between_two_members_is_not_whole(sizes: list[int], data: st.DataObject) -> None:
    """Nor is one without its last block; one block of zeros is enough, whatever follows it."""
    files = [(f"{place}.jpg", b"x" * size) for place, size in enumerate(sizes)]
    tar = packed(files)
    ends = [one.offset + -(-one.size // BLOCK) * BLOCK for one in listed(tar)]
    with pytest.raises(BadInput, match="cut off"):
        listed(tar[: data.draw(st.sampled_from(ends))])
    assert len(listed(ended(tar[: ends[-1]]) + data.draw(st.binary(max_size=600)))) == len(files)
