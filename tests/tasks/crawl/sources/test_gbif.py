"""What is GBIF's alone: media of every kind, and licenses in their publishers' words."""

import pytest

from tasks.crawl.sources.gbif import Gbif
from tests.tasks.crawl.sources.api import Api, ask_for, found_by
from tests.tasks.crawl.sources.dialects import Result


def section(api: Api, **fields: object) -> Gbif:
    """The source, asked without a pause."""
    return Gbif.model_validate({"base_url": api.url, "pause_seconds": 0, **fields})


def medium(number: int, **fields: object) -> Result:
    """One picture."""
    return {"type": "StillImage", "identifier": f"https://example.org/{number}.jpg", **fields}


def record(*media: Result) -> Result:
    """The last page, with one record."""
    return {"endOfRecords": True, "results": [{"key": 5, "scientificName": "Malus", "media": list(media)}]}


def test_the_question_is_the_documented_one(api: Api) -> None:
    """By scientific name or words; never by license, which is that of the record."""
    api.answer = lambda _: {"endOfRecords": True, "results": []}
    found_by(section(api), ask_for("Malus domestica", skip=600, limit=10, licenses=("by",)))
    found_by(section(api, match="q"), ask_for("apple"))
    assert api.paths == ["/v1/occurrence/search"] * 2
    still = {"mediaType": "StillImage", "limit": "300"}
    assert api.asked[0] == {"scientificName": "Malus domestica", "offset": "600", **still}
    assert api.asked[1] == {"q": "apple", "offset": "0", **still}


@pytest.mark.parametrize(
    "other",
    [
        medium(1, type="Sound"),
        medium(1, type="MovingImage"),
        medium(1, identifier="urn:catalog:5"),
        medium(1, type=None, format="audio/mpeg"),
        medium(1, type=None),
    ],
)
def test_only_pictures_on_the_web_are_taken(api: Api, other: Result) -> None:
    """Sounds, films and other identifiers are none; a medium without a type is what its format says."""
    api.answer = lambda _: record(other, medium(2, type=None, format="image/jpeg"))
    assert [one.url for one in found_by(section(api, photos=9), ask_for())] == ["https://example.org/2.jpg"]


@pytest.mark.parametrize(
    ("stated", "license_id", "url"),
    [
        ("http://creativecommons.org/licenses/by-nc/4.0/legalcode", "by-nc", True),
        ("CC_BY_4_0", "by", False),
        ("© The museum, no commercial use", "© the museum, no commercial use", False),
        ("CC BY 4.0, not for commercial use", "cc by 4.0, not for commercial use", False),
        ("", "", False),
    ],
)
def test_licenses_in_the_publishers_words(api: Api, stated: str, license_id: str, url: bool) -> None:
    """What is not understood is stated all the same, and never taken for less than it says."""
    api.answer = lambda _: record(medium(1, license=stated))
    [found] = found_by(section(api), ask_for())
    assert (found.license, found.license_url) == (license_id, stated if url else "")


def test_pictures_that_may_be_kept_come_first(api: Api) -> None:
    """Of a record with several pictures, one that is allowed; without any, the first, so that its row says why."""
    api.answer = lambda _: record(medium(1, license="CC BY-NC"), medium(2, license="CC BY"))
    assert [one.url[-5] for one in found_by(section(api), ask_for(licenses=("by",)))] == ["2"]
    assert [one.license for one in found_by(section(api), ask_for(licenses=("cc0",)))] == ["by-nc"]


def test_who_and_where(api: Api) -> None:
    """The holder stands in for a creator, the record's page for the picture's, its name for a title."""
    api.answer = lambda _: record(medium(1, rightsHolder="A museum"))
    [found] = found_by(section(api), ask_for())
    assert (found.creator, found.title) == ("A museum", "Malus")
    assert found.landing_url == "https://www.gbif.org/occurrence/5"


def test_the_search_ends_where_the_api_does(api: Api) -> None:
    """Offset and limit together never pass 100,000."""
    api.answer = lambda _: {"endOfRecords": False, "results": []}
    found_by(section(api), ask_for(skip=99_000, limit=10_000))
    assert [asked["offset"] for asked in api.asked] == ["99000", "99300", "99600"]
