"""What is Wikimedia's alone: HTML, a map without order, files that are no pictures, busy servers under status 200."""

import time

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import Unreachable
from tasks.crawl.sources.markup import plain_text
from tasks.crawl.sources.wikimedia import Wikimedia
from tests.tasks.crawl.sources.api import Api, Query, ask_for, found_by, replies_of
from tests.tasks.crawl.sources.dialects import DIALECTS, Result

WHOLE = DIALECTS["wikimedia"].whole


def section(api: Api) -> Wikimedia:
    """The source, asked without a pause."""
    return Wikimedia(base_url=f"{api.url}/w/api.php", pause_seconds=0)


def file(thumb: str, metadata: object = None, **info: object) -> Result:
    """One file with this metadata, whose info may differ from the whole one's."""
    whole = WHOLE(thumb)["imageinfo"][0]  # type: ignore[index]
    return {"title": "File:A b.jpg", "index": 1, "imageinfo": [{**whole, "extmetadata": metadata or {}, **info}]}


def answer(*files: Result) -> Result:
    """The last page of a search."""
    return {"query": {"pages": list(files)}}


def test_the_question_is_the_documented_one(api: Api) -> None:
    """Bitmaps of namespace 6, of a bounded width, with the metadata that is read, and nothing from a lagging server."""
    found_by(section(api), ask_for("granny smith", skip=50, limit=10))
    [asked] = api.asked
    assert api.paths == ["/w/api.php"]
    assert (asked["generator"], asked["gsrnamespace"], asked["gsroffset"], asked["gsrlimit"]) == (
        "search",
        "6",
        "50",
        "50",
    )
    assert asked["gsrsearch"] == "filetype:bitmap granny smith"
    assert (asked["iiurlwidth"], asked["maxlag"], asked["formatversion"]) == ("960", "5", "2")
    assert set(asked["iiprop"].split("|")) == {"url", "mime", "extmetadata"}


def test_files_are_ranked_by_the_search(api: Api) -> None:
    """Pages come by their numbers; `index` says their place."""
    api.answer = lambda _: answer(*({**file(f"https://example.org/{i}.jpg"), "index": i} for i in (3, 1, 2)))
    found = found_by(section(api), ask_for())
    assert [(one.rank, one.url[-5]) for one in found] == [(0, "1"), (1, "2"), (2, "3")]


@pytest.mark.parametrize("mime", ["image/svg+xml", "application/pdf", "video/webm", "image/vnd.djvu", None])
def test_what_is_no_picture_is_left_out(api: Api, mime: str | None) -> None:
    """Its place in the order stays free."""
    tiff = {**file("https://example.org/2.tif.jpg", mime="image/tiff"), "index": 2}
    api.answer = lambda _: answer(file("https://example.org/1", mime=mime), tiff)
    assert [(one.rank, one.url) for one in found_by(section(api), ask_for())] == [(1, "https://example.org/2.tif.jpg")]


def test_a_small_original_is_taken_itself(api: Api) -> None:
    """A file without a thumbnail is offered as it is."""
    api.answer = lambda _: answer(file("x", thumburl=None, url="https://example.org/small.png", mime="image/png"))
    assert found_by(section(api), ask_for())[0].url == "https://example.org/small.png"


def test_metadata_is_text(api: Api) -> None:
    """Links, entities, line breaks and styles go; the title falls back to the file's."""
    artist = "<style>a{}</style><p>Jane&nbsp;<a href='//x'>Doe</a><br>&amp; Jim</p>"
    api.answer = lambda _: answer(file("https://example.org/1.jpg", {"Artist": {"value": artist}}))
    [found] = found_by(section(api), ask_for())
    assert (found.creator, found.title) == ("Jane Doe & Jim", "A b.jpg")


@pytest.mark.parametrize(
    ("said", "license_id"),
    [
        ({"LicenseShortName": "Public domain", "License": "pd"}, "pdm"),
        ({"LicenseShortName": "CC BY-SA 3.0 de", "License": "cc-by-sa-3.0-de"}, "by-sa"),
        ({"LicenseShortName": "CC0", "LicenseUrl": "http://creativecommons.org/publicdomain/zero/1.0/deed.en"}, "cc0"),
        ({"LicenseShortName": "GFDL 1.2", "License": "gfdl"}, "gfdl"),
        ({"LicenseShortName": "FAL", "License": "fal"}, "fal"),
        ({"LicenseShortName": "OGL 3", "License": "ogl3"}, "ogl"),
        ({"LicenseShortName": "Attribution"}, "attribution"),
        ({"LicenseShortName": "CC BY-NC 2.0", "License": "cc-by-2.0"}, "by / by-nc"),
        ({}, ""),
    ],
)
def test_licenses_of_commons(api: Api, said: dict[str, str], license_id: str) -> None:
    """What Commons writes is understood; two licenses that differ are none that is allowed."""
    api.answer = lambda _: answer(file("https://example.org/1.jpg", {name: {"value": v} for name, v in said.items()}))
    assert found_by(section(api), ask_for())[0].license == license_id


def test_a_lagging_server_is_asked_again(api: Api) -> None:
    """It says so under status 200, and when to come back."""
    times: list[float] = []

    def lagging_once(_: Query) -> object:
        times.append(time.monotonic())
        late = {"Retry-After": "1", "MediaWiki-API-Error": "maxlag"}
        error = web.json_response({"error": {"code": "maxlag", "lag": 7}}, headers=late)
        return error if len(times) == 1 else answer(file("https://example.org/1.jpg"))

    api.answer = lagging_once
    assert len(found_by(section(api), ask_for())) == 1
    assert times[1] - times[0] >= 1


def test_a_page_that_is_told_in_several_answers_is_whole(api: Api) -> None:
    """What is said of its files goes on with the API's own continuation, and then the next page is turned to."""
    urls = [f"https://example.org/{number}.jpg" for number in range(5)]
    whole = [{**file(url), "title": url, "index": number + 1} for number, url in enumerate(urls)]

    def in_parts(query: Query) -> Result:
        start, told = int(query["gsroffset"]), int(query.get("iistart", "0"))
        shown = [
            one if place == told else {**one, "imageinfo": None} for place, one in enumerate(whole[start : start + 2])
        ]
        if told + 1 < len(shown):
            return {"continue": {"iistart": str(told + 1), "continue": "||"}, **answer(*shown)}
        more = {"continue": {"gsroffset": start + 2, "continue": "gsroffset||"}} if start + 2 < len(whole) else {}
        return {"batchcomplete": True, **more, **answer(*shown)}

    api.answer = in_parts
    source = section(api).model_copy(update={"page_size": 2})
    assert [(one.rank, one.url) for one in found_by(source, ask_for())] == list(enumerate(urls))
    assert [query.get("iistart") for query in api.asked] == [None, "1", None, "1", None]


def test_a_continuation_that_tells_nothing_is_not_followed(api: Api) -> None:
    """Older versions of a file that is known, or a file of which nothing is ever said."""
    endless = {"continue": {"iistart": "2012", "continue": "||"}}
    known = file("https://example.org/1.jpg")
    api.answer = lambda _: {**endless, **answer(known)}
    assert len(found_by(section(api), ask_for())) == len(api.asked) == 1
    api.answer = lambda _: {**endless, **answer({**known, "imageinfo": None})}
    assert found_by(section(api), ask_for()) == []
    assert len(api.asked) == 3


def test_a_page_holds_two_files_at_least(api: Api) -> None:
    """Of one alone the API tells its history, and never of the next."""
    with pytest.raises(ValidationError, match="page_size"):
        Wikimedia(page_size=1)


def test_a_query_that_is_too_long_is_refused_alone(api: Api) -> None:
    """The search says so under status 200."""
    api.answer = lambda _: {"error": {"code": "cirrussearch-query-too-long"}}
    [reply] = replies_of(section(api), ask_for("apple " * 100))
    assert reply.refused
    assert "cirrussearch-query-too-long" in reply.refused.problem


def test_an_error_is_named(api: Api) -> None:
    """Any other error stops the stage with its code."""
    api.answer = lambda _: {"error": {"code": "badvalue", "info": "what"}}
    with pytest.raises(Unreachable, match="refuses the search: badvalue"):
        found_by(section(api), ask_for())


@given(st.text())
def test_text_without_markup_stays(text: str) -> None:
    """Whatever HTML is fed, no tag is left of it and plain words are kept."""
    assert plain_text("<b>word</b> " + text.replace("<", "").replace("&", "")).startswith("word")


@given(st.text(alphabet="<>/&;#ab \n'\"=!-[]?"))
@example("<![;")
@example("<![a[b>c")
def test_any_markup_is_survived(html: str) -> None:
    """Broken HTML is text too."""
    assert "\n" not in plain_text(html)


def test_a_section_that_nobody_knows_is_a_comment() -> None:
    """As browsers have it: it ends with the next bracket, and what follows is text."""
    assert plain_text("a<![if lt IE 9]>b") == "ab"
