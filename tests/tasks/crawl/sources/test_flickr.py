"""What is Flickr's alone: a key that nobody may see, numbered licenses, and errors under status 200."""

import logging
import traceback
from itertools import count

import pytest
from aiohttp import web

from storage.errors import BadInput, ExtrapolationError, Unreachable
from tasks.crawl.sources.flickr import Flickr
from tests.tasks.crawl.sources.api import Api, Query, ask_for, found_by
from tests.tasks.crawl.sources.dialects import Result, flickr

KEY = "0123456789abcdef"


def section(api: Api, **fields: object) -> Flickr:
    """The source, asked without a pause."""
    return Flickr.model_validate({"base_url": f"{api.url}/services/rest/", "pause_seconds": 0, **fields})


def photo(**fields: object) -> Result:
    """One photo of license 4."""
    return {"id": "1", "owner": "2@N0", "license": "4", "url_m": "https://example.org/m.jpg", **fields}


def holding(api: Api, *photos: Result) -> None:
    """Let the API have these photos for every query."""
    api.answer = lambda query: flickr(list(photos), query)


def test_the_question_is_the_documented_one(api: Api) -> None:
    """The licenses' numbers are asked for once, and those that are allowed are searched for."""
    holding(api)
    for _ in range(2):
        found_by(section(api), ask_for(licenses=("by", "cc0")))
    first, second, third = api.asked
    assert first["method"] == "flickr.photos.licenses.getInfo"
    assert second == third
    assert (second["method"], second["license"], second["text"]) == ("flickr.photos.search", "4,77,9", "granny smith")
    assert (second["sort"], second["safe_search"], second["media"]) == ("relevance", "1", "photos")
    assert (second["per_page"], second["page"], second["nojsoncallback"]) == ("250", "1", "1")
    assert {"license", "owner_name", "url_l"} <= set(second["extras"].split(","))
    assert {asked["api_key"] for asked in api.asked} == {KEY}
    assert set(api.paths) == {"/services/rest/"}


def test_nothing_is_searched_for_licenses_that_it_has_not(api: Api) -> None:
    """No photo can have them."""
    holding(api, photo())
    assert found_by(section(api), ask_for(licenses=("gfdl",))) == []
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("number", "license_id"),
    [
        ("1", "by-nc-sa"), ("4", "by"), (4, "by"), ("77", "by"), ("9", "cc0"), ("0", "all rights reserved"),
        ("7", "no known copyright restrictions"), ("88", "88"), (None, ""),
    ],
)  # fmt: skip
def test_licenses_by_their_numbers(api: Api, number: object, license_id: str) -> None:
    """A number that Flickr does not explain is a license that nobody allows."""
    holding(api, photo(license=number))
    assert found_by(section(api), ask_for())[0].license == license_id


def test_the_largest_size_of_a_bounded_width_is_taken(api: Api) -> None:
    """Owners choose which sizes there are; a photo of none is left out, and keeps its rank."""
    holding(api, photo(url_m=None), photo(url_z="https://example.org/z.jpg"), photo(url_c="c", url_l="l"))
    assert [(one.rank, one.url) for one in found_by(section(api), ask_for())] == [
        (1, "https://example.org/z.jpg"),
        (2, "l"),
    ]


def test_a_missing_key_is_named_by_its_variable(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked without a key."""
    monkeypatch.setenv("MY_FLICKR", " ")
    with pytest.raises(BadInput, match="MY_FLICKR is not set"):
        found_by(section(api, key_variable="MY_FLICKR"), ask_for())
    with pytest.raises(BadInput, match="MY_FLICKR is not set"):
        section(api, key_variable="MY_FLICKR").check()
    assert api.asked == []


def _failing(code: int, message: str) -> Result:
    return {"stat": "fail", "code": code, "message": message}


@pytest.mark.parametrize(
    ("code", "mend"), [(100, "set FLICKR_API_KEY to a valid key"), (112, "run again later"), (3, "run again later")]
)
def test_a_failure_is_told_with_its_mend(api: Api, code: int, mend: str) -> None:
    """Status 200 and `stat: fail` is a refusal."""
    api.answer = lambda _: _failing(code, "what it says")
    with pytest.raises(Unreachable) as caught:
        found_by(section(api), ask_for())
    assert f"refuses the search: {code} what it says" in caught.value.problem
    assert caught.value.mend == mend


@pytest.mark.parametrize("code", [10, 105])
def test_a_search_that_is_away_for_a_moment_is_asked_again(api: Api, code: int) -> None:
    """Flickr says so under status 200; where it stays away, the error says for how long."""
    tries = count()
    api.answer = lambda query: _failing(code, "unavailable") if next(tries) == 0 else flickr([], query)
    assert found_by(section(api), ask_for()) == []
    api.answer = lambda _: _failing(code, "unavailable")
    with pytest.raises(Unreachable, match=r"does not answer: status 503, for 0\.1 seconds"):
        found_by(section(api, patience_seconds=0.1), ask_for())


def _echo(query: Query) -> object:
    return _failing(100, f"Invalid API Key ({query['api_key']})")


def _echo_html(query: Query) -> object:
    return web.Response(text=f"<p>{query['api_key']}</p>")


def _echo_shape(query: Query) -> object:
    return {"stat": [query["api_key"]]}


def _echo_redirect(query: Query) -> object:
    return web.Response(status=302, headers={"Location": f"http://127.1.0.1/{query['api_key']}"})


def _echo_nowhere(query: Query) -> object:
    return web.Response(status=302, headers={"Location": f"http://127.0.0.2:1/{query['api_key']}"})


def _echo_loop(query: Query) -> object:
    return web.Response(status=302, headers={"Location": f"?api_key={query['api_key']}"})


@pytest.mark.parametrize("answer", [_echo, _echo_html, _echo_shape, _echo_redirect, _echo_nowhere, _echo_loop])
def test_nobody_ever_sees_the_key(api: Api, caplog: pytest.LogCaptureFixture, answer: object) -> None:
    """It is in no error, no traceback and no log line, even where the API repeats it."""
    api.answer = answer  # type: ignore[assignment]
    with caplog.at_level(logging.DEBUG), pytest.raises(ExtrapolationError) as caught:
        found_by(section(api), ask_for())
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    assert KEY not in told
    assert KEY not in caplog.text
