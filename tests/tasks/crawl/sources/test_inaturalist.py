"""What is iNaturalist's alone: several photos of one sighting, each with its own license and in several sizes."""

import pytest

from tasks.crawl.sources.inaturalist import INaturalist
from tests.tasks.crawl.sources.api import Api, ask_for, found_by
from tests.tasks.crawl.sources.dialects import Result


def section(api: Api, **fields: object) -> INaturalist:
    """The source, asked without a pause."""
    return INaturalist.model_validate({"base_url": api.url, "pause_seconds": 0, **fields})


def photo(number: int, code: str | None = "cc-by", **fields: object) -> Result:
    """One photo."""
    return {"url": f"https://static.example.org/photos/{number}/square.jpeg?15", "license_code": code, **fields}


def page(*photos: Result) -> Result:
    """One sighting."""
    return {"total_results": 1, "results": [{"uri": "https://example.org/1", "photos": list(photos)}]}


def test_the_question_is_the_documented_one(api: Api) -> None:
    """Licenses by their codes, research grade, in an order that later sightings do not change."""
    found_by(section(api), ask_for("Malus domestica", licenses=("by", "cc0", "by-nc-sa", "pdm", "ogl")))
    [asked] = api.asked
    assert api.paths == ["/v1/observations"]
    assert asked["photo_license"] == "cc-by,cc-by-nc-sa,cc0,pd"
    assert (asked["taxon_name"], asked["quality_grade"], asked["photos"]) == ("Malus domestica", "research", "true")
    assert (asked["per_page"], asked["page"], asked["order_by"], asked["order"]) == ("200", "1", "id", "asc")


def test_any_grade_and_any_words_may_be_asked_for(api: Api) -> None:
    """`match: q` searches words, `quality_grade: any` does not filter, no licenses neither."""
    found_by(section(api, match="q", quality_grade="any"), ask_for("apple tree"))
    assert api.asked[0]["q"] == "apple tree"
    assert not {"taxon_name", "quality_grade", "photo_license"} & set(api.asked[0])


def test_nothing_is_asked_for_licenses_that_it_has_not(api: Api) -> None:
    """No photo can have them."""
    assert found_by(section(api), ask_for(licenses=("fal", "ogl"))) == []
    assert api.asked == []


def test_only_photos_that_are_free_themselves_are_taken(api: Api) -> None:
    """A sighting is found by one free photo; the others need not be free, and share its rank where they are."""
    api.answer = lambda _: page(photo(1, "cc-by-nc"), photo(2), photo(3, None), photo(4, "cc0"))
    found = found_by(section(api, photos=5), ask_for(licenses=("by", "cc0")))
    assert [(one.rank, one.license, one.url.split("/")[-2]) for one in found] == [(0, "by", "2"), (0, "cc0", "4")]
    assert found[1].license_url == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert len(found_by(section(api), ask_for(licenses=("by", "cc0")))) == 1


@pytest.mark.parametrize(
    ("code", "license_id", "url"),
    [
        ("cc-by-nc-nd", "by-nc-nd", "https://creativecommons.org/licenses/by-nc-nd/4.0/"),
        ("cc0", "cc0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("pd", "pdm", ""), ("gfdl", "gfdl", ""), ("c", "c", ""), (None, "all rights reserved", ""),
    ],
)  # fmt: skip
def test_licenses_by_their_codes(api: Api, code: str | None, license_id: str, url: str) -> None:
    """Every code that the API has; a photo without one is nobody's but its maker's."""
    api.answer = lambda _: page(photo(1, code))
    [found] = found_by(section(api), ask_for())
    assert (found.license, found.license_url) == (license_id, url)


@pytest.mark.parametrize("size", ["medium", "large", "original"])
def test_the_size_is_the_recipes(api: Api, size: str) -> None:
    """Only the name of the size in the address changes."""
    api.answer = lambda _: page(photo(1))
    assert found_by(section(api, size=size), ask_for())[0].url == f"https://static.example.org/photos/1/{size}.jpeg?15"


@pytest.mark.parametrize(
    ("attribution", "user", "creator"),
    [
        ("(c) Jane Doe, some rights reserved (CC BY)", {"name": "J"}, "Jane Doe"),
        ("no rights reserved", {"name": "", "login": "jane"}, "jane"),
        ("no rights reserved", {"name": "Jane", "login": "jane"}, "Jane"),
        ("by somebody", None, "by somebody"),
    ],
)
def test_the_creator_is_the_holder_of_the_photo(api: Api, attribution: str, user: object, creator: str) -> None:
    """As the attribution names them, else who saw it."""
    seen = {"photos": [photo(1, attribution=attribution)], "user": user}
    api.answer = lambda _: {"total_results": 1, "results": [seen]}
    assert found_by(section(api), ask_for())[0].creator == creator


def test_the_search_ends_where_the_api_does(api: Api) -> None:
    """Beyond 10,000 sightings nothing is asked."""
    api.answer = lambda _: {"total_results": 50_000, "results": []}
    assert found_by(section(api), ask_for(skip=10_000, limit=200)) == []
    assert api.asked == []
    found_by(section(api), ask_for(skip=9_900, limit=200))
    assert [asked["page"] for asked in api.asked] == ["50"]
