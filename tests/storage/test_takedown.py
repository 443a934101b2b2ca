"""Records of take-downs: for good, by every name, and with all copies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.purge_scope import spread
from storage.takedown import Sighting, TakenDown, folded_url, records_under
from tests.storage.purged_root import files

names = st.sampled_from("abcdef")
sightings = st.lists(st.builds(Sighting, names, names, st.frozensets(names, min_size=1, max_size=2)), max_size=8)
wishes = st.builds(TakenDown.of, st.sets(names, max_size=2), st.sets(names, max_size=1), st.sets(names, max_size=1))


def test_what_is_recorded_is_covered_ever_after(root: str) -> None:
    """Records of several take-downs are read as one."""
    TakenDown.of(urls=["u"], digests=["AB"]).record(root)
    TakenDown.of(creators=["Ann Lee"]).record(root)
    taken = TakenDown.load(root)
    assert taken.covers_url("u")
    assert taken.digests == {"ab"}
    assert taken.covers_creator(" ann LEE ")
    assert not taken.covers_creator("Ann")
    assert not taken.covers_url("v")


def test_the_same_take_down_is_recorded_once(root: str) -> None:
    """In one file, however often it is asked for."""
    for _ in range(2):
        TakenDown.of(urls=["u"]).record(root)
    assert len(files(root)) == 1


@pytest.mark.parametrize(
    "other",
    [
        "https://pictures.example/a.jpg?s=1",
        "http://Pictures.EXAMPLE:80/a.jpg?s=1",
        "HTTPS://pictures.example:443/a.jpg?s=1#top",
        "pictures.example/a.jpg?s=1",
    ],
)
def test_another_spelling_of_a_url_is_the_same_url(root: str, other: str) -> None:
    """Its owner gives the address that a browser shows, lists have http: asked, recorded and seen alike."""
    listed = "http://pictures.example/a.jpg?s=1"
    TakenDown.of(urls=[other]).record(root)
    assert TakenDown.load(root).covers_url(listed)
    assert TakenDown.of(urls=[listed]).covers(Sighting(other, "", frozenset()))
    assert TakenDown.of(urls=[other]) == TakenDown.of(urls=[listed])
    copy = Sighting("http://elsewhere.example", "", frozenset("d"))
    taken = spread(TakenDown.of(urls=[other]), [Sighting(listed, "", frozenset("d")), copy])
    assert taken.covers_url("https://elsewhere.example/")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://h.example/a", "http://h.example/A"),
        ("http://h.example/a?s=1", "http://h.example/a?s=2"),
        ("http://h.example:8080/a", "http://h.example/a"),
        ("file:///pool/0.tar#1.jpg", "file:///pool/0.tar#2.jpg"),
        ("file:///pool/A.jpg", "file:///pool/a.jpg"),
    ],
)
def test_urls_of_different_pictures_stay_different(one: str, other: str) -> None:
    """Paths and queries count as they stand, and a fragment names the picture in a pool's tar."""
    assert not TakenDown.of(urls=[one]).covers_url(other)


@given(st.one_of(st.text(), st.text(alphabet="hts:/#?@.80 443A", max_size=20)))
def test_folding_a_folded_url_changes_nothing(url: str) -> None:
    """Records hold folded URLs, and are folded again when they are read."""
    assert folded_url(folded_url(url)) == folded_url(url)


def test_records_are_told_apart(root: str) -> None:
    """What was taken down together is read together."""
    one, other = TakenDown.of(urls=["u"], digests=["ab"]), TakenDown.of(creators=["Ann"])
    one.record(root)
    other.record(root)
    assert set(records_under(root)) == {one, other}
    assert one.shares(TakenDown.of(digests=["AB"]))
    assert not one.shares(other)


@pytest.mark.parametrize("nobody", ["", "  "])
def test_a_picture_without_a_creator_is_nobodys(nobody: str) -> None:
    """An empty name would take down every picture whose creator is not known."""
    assert not TakenDown.of(creators=[nobody]).covers_creator("")


def test_a_root_without_records_covers_nothing(root: str) -> None:
    """Which is how every data root begins."""
    assert not TakenDown.load(root)


@given(asked=wishes, seen=sightings)
def test_no_copy_is_left_out(asked: TakenDown, seen: list[Sighting]) -> None:
    """No picture that stays shares a URL or a digest with one that goes; going on from there adds nothing."""
    taken = spread(asked, seen)
    gone = [one for one in seen if taken.covers(one)]
    stays = [one for one in seen if not taken.covers(one)]
    assert all(one in gone for one in seen if asked.covers(one))
    for one in stays:
        assert not any(one.url == other.url or one.digests & other.digests for other in gone)
    assert spread(taken, seen) == taken
    assert taken.creators == asked.creators


@given(asked=wishes, seen=sightings)
def test_nothing_goes_without_a_link(asked: TakenDown, seen: list[Sighting]) -> None:
    """Every URL that goes was asked for, or is one of a picture that shares something with another that goes."""
    taken = spread(asked, seen)
    for one in (one for one in seen if taken.covers(one) and not asked.covers(one)):
        others = [other for other in seen if other != one and taken.covers(other)]
        assert any(one.url == other.url or one.digests & other.digests for other in others)
