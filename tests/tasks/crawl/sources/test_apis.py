"""What holds for every search API: pages, ranks, missing fields, errors."""

import json
import time

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import Unreachable
from tasks.crawl.config import CrawlConfig
from tests.tasks.crawl.sources.api import Api, Query, ask_for, found_by, replies_of
from tests.tasks.crawl.sources.dialects import DIALECTS, SIZE, Dialect, Result
from tests.tasks.crawl.world import recipe

every = pytest.mark.parametrize("kind", list(DIALECTS))


def holding(api: Api, dialect: Dialect, results: list[Result]) -> None:
    """Let the API have these results for every query."""
    api.answer = lambda query: dialect.answer(results, query)


def url(number: int) -> str:
    """The address of one picture."""
    return f"https://example.org/{number}/square.jpg"


def searches(api: Api) -> list[Query]:
    """What was asked, without what is asked once for all searches."""
    return [query for query in api.asked if "getInfo" not in query.get("method", "")]


@every
def test_pages_are_followed_to_the_last(api: Api, kind: str) -> None:
    """Ranks run on from page to page, and every field arrives."""
    dialect = DIALECTS[kind]
    holding(api, dialect, [dialect.whole(url(number)) for number in range(25)])
    found = found_by(dialect.section(api.url), ask_for(licenses=("by",)))
    assert [one.rank for one in found] == list(range(25))
    assert len(searches(api)) == 3
    first = found[0]
    assert (first.neighbor, first.query, first.source) == ("granny smith", "granny smith", kind)
    assert (first.title, first.creator, first.license) == ("An apple", "Jane Doe", "by")
    assert first.license_url.startswith("https://creativecommons.org/licenses/by/")
    assert first.landing_url == (
        "https://www.flickr.com/photos/2@N0/1" if kind == "flickr" else "https://example.org/p"
    )


@every
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skip=st.integers(0, 50), limit=st.integers(1, 50), total=st.integers(0, 45))
def test_a_later_round_goes_on_where_the_last_one_ended(api: Api, kind: str, skip: int, limit: int, total: int) -> None:
    """Any part of the results is what all of them hold at those ranks, and no other page is asked for."""
    dialect, source = DIALECTS[kind], DIALECTS[kind].section(api.url)
    holding(api, dialect, [dialect.whole(url(number)) for number in range(total)])
    whole = found_by(source, ask_for())
    api.asked.clear()
    assert found_by(source, ask_for(skip=skip, limit=limit)) == [
        one for one in whole if skip <= one.rank < skip + limit
    ]
    assert len(searches(api)) <= (skip + limit - 1) // SIZE - skip // SIZE + 1


@every
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skip=st.integers(0, 40), limit=st.integers(1, 40), total=st.integers(0, 45))
def test_it_says_whether_more_results_follow(api: Api, kind: str, skip: int, limit: int, total: int) -> None:
    """Whether or not one of those that came can be used."""
    dialect = DIALECTS[kind]
    holding(api, dialect, [dialect.bare(None, None) for _ in range(total)])
    [reply] = replies_of(dialect.section(api.url), ask_for(skip=skip, limit=limit))
    assert not reply.offers
    assert reply.more == (skip + limit < total)


@every
def test_a_check_asks_nothing(api: Api, kind: str) -> None:
    """Whether an API answers is seen when it is asked."""
    DIALECTS[kind].section(api.url).check()
    assert api.asked == []


@every
def test_a_query_that_is_refused_stops_no_other(api: Api, kind: str) -> None:
    """The refusal comes in its place, with the status."""
    dialect = DIALECTS[kind]

    def answer(query: Query) -> object:
        odd = any("odd" in value for value in query.values())
        return web.json_response({}, status=400) if odd else dialect.answer([dialect.whole(url(1))], query)

    api.answer = answer
    first, second, third = replies_of(dialect.section(api.url), ask_for("x"), ask_for("odd"), ask_for("y"))
    assert (len(first.offers), len(second.offers), len(third.offers)) == (1, 0, 1)
    assert second.refused
    assert "refuses the search: status 400" in second.refused.problem
    assert (first.refused, third.refused, second.more) == (None, None, False)


@every
def test_a_page_that_is_refused_keeps_those_before_it(api: Api, kind: str) -> None:
    """It ends the query."""
    dialect, holds = DIALECTS[kind], [DIALECTS[kind].whole(url(number)) for number in range(25)]

    def answer(query: Query) -> object:
        return web.json_response({}, status=422) if len(searches(api)) == 3 else dialect.answer(holds, query)

    api.answer = answer
    [reply] = replies_of(dialect.section(api.url), ask_for())
    assert (len(reply.offers), reply.more, reply.refused) == (20, False, None)


@every
@pytest.mark.parametrize("nothing", [None, ""])
def test_missing_optional_fields_are_empty(api: Api, kind: str, nothing: str | None) -> None:
    """What the documentation marks optional may be null or empty; a result without URL is none, and keeps its rank."""
    dialect = DIALECTS[kind]
    holding(api, dialect, [dialect.bare(nothing, nothing), dialect.bare(url(1), nothing), {}])
    [found] = found_by(dialect.section(api.url), ask_for())
    assert (found.rank, found.creator, found.landing_url, found.license_url) == (1, "", "", "")
    assert found.title == ""
    assert found.license == ("all rights reserved" if kind == "inaturalist" else "")


@every
def test_a_picture_of_a_known_address_stays_at_it(api: Api, kind: str) -> None:
    """The address is the API's; iNaturalist's names the smallest size, and a larger one is taken."""
    dialect = DIALECTS[kind]
    holding(api, dialect, [dialect.whole(url(1))])
    [found] = found_by(dialect.section(api.url), ask_for())
    assert found.url == (url(1).replace("square", "large") if kind == "inaturalist" else url(1))


@every
def test_half_a_character_in_a_text_costs_nothing(api: Api, kind: str) -> None:
    """Servers that cut a text inside an emoji send one half of it, which no reader of JSON takes for a character."""
    dialect = DIALECTS[kind]
    results = [dialect.whole(url(number)) for number in range(2)]

    def cut(query: Query) -> web.Response:
        said = json.dumps(dialect.answer(results, query))
        return web.Response(text=said.replace("An apple", "An apple \\ud83d", 1), content_type="application/json")

    api.answer = cut
    found = found_by(dialect.section(api.url), ask_for())
    assert [one.rank for one in found] == [0, 1]
    assert all(one.title.startswith("An apple") for one in found)


@pytest.mark.parametrize("text", ['{"results": ["\\ud83d"', "[" * 100_000 + "\\ud83d"], ids=["cut", "deep"])
@every
def test_what_is_no_json_is_told_whatever_halves_stand_in_it(api: Api, kind: str, text: str) -> None:
    """Looking for half a character does not bring down what reads an answer."""
    api.answer = lambda _: web.Response(text=text, content_type="application/json")
    with pytest.raises(Unreachable, match="gives no search result"):
        found_by(DIALECTS[kind].section(api.url), ask_for())


@every
def test_nothing_found_is_no_error(api: Api, kind: str) -> None:
    """A query without results gives none."""
    holding(api, DIALECTS[kind], [])
    assert found_by(DIALECTS[kind].section(api.url), ask_for()) == []


@every
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda: web.Response(status=401), "refuses the search: status 401"),
        (lambda: web.Response(text="<html>"), "gives no search result"),
        (lambda: web.json_response({"results": 1, "photos": 1, "query": {"pages": 1}}), "gives no search result"),
        (lambda: web.Response(status=500), "does not answer: status 500"),
    ],
)
def test_an_api_that_cannot_be_used_names_itself_and_the_mend(
    api: Api, kind: str, answer: object, problem: str
) -> None:
    """The stage stops with the address and what to do about it."""
    api.answer = lambda _: answer()  # type: ignore[operator]
    with pytest.raises(Unreachable) as caught:
        found_by(DIALECTS[kind].section(api.url), ask_for())
    assert api.url in caught.value.problem
    assert problem in caught.value.problem
    assert caught.value.mend.startswith("check ")


@every
def test_a_busy_api_is_asked_again_after_the_time_it_names(api: Api, kind: str) -> None:
    """The time in Retry-After is kept, and the user agent says whom to turn to."""
    dialect, times = DIALECTS[kind], []

    def busy_once(query: Query) -> object:
        times.append(time.monotonic())
        late = {"Retry-After": "1"}
        return web.Response(status=429, headers=late) if len(times) == 1 else dialect.answer([], query)

    api.answer = busy_once
    assert found_by(dialect.section(api.url), ask_for()) == []
    assert times[1] - times[0] >= 1
    assert "mailto:test@example.org" in api.agents[0]


@every
def test_a_recipe_names_the_source_by_its_kind(kind: str) -> None:
    """Sources are told apart by `kind`, and an API's name is its kind."""
    config: CrawlConfig = recipe(sources=[{"kind": kind}])
    assert (config.sources[0].kind, config.sources[0].name) == (kind, kind)
    assert config.sources[0].content() == ""
