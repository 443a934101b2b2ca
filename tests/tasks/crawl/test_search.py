"""The search over HTTP: which questions are asked, in what order and at what pace, and Openverse's own faults."""

import itertools
import time
from collections.abc import Callable, Sequence

import pytest
from aiohttp import web

from storage.errors import Unreachable
from storage.records import Asked, Candidate, Neighbor, Relation
from tasks.crawl.config import CrawlConfig
from tasks.crawl.search import asks_of, search
from tests.tasks.crawl.world import PRIVATE, Handler, World, recipe


def neighbor(name: str, *queries: str) -> Neighbor:
    """A neighbor category with its queries."""
    return Neighbor(name, (0,), Relation.SIBLING, queries, "", None, "", "model", "prompt")


def result(number: int) -> dict[str, object]:
    """One result with every field that the crawl uses."""
    return {
        "id": f"id-{number}",
        "title": f"picture {number}",
        "url": f"https://example.org/{number}.jpg",
        "foreign_landing_url": f"https://example.org/{number}",
        "creator": "someone",
        "license": "by",
        "license_version": "4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "tags": [{"name": "apple"}],
        "height": None,
    }


def pages(total: int, asked: list[dict[str, str]]) -> Handler:
    """An API that holds so many results for every query."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(dict(request.query))
        page, size = int(request.query["page"]), int(request.query["page_size"])
        numbers = range((page - 1) * size, min(total, page * size))
        found = {"result_count": total, "page_count": -(-total // size), "page_size": size, "page": page}
        return web.json_response({**found, "results": [result(number) for number in numbers]})

    return answer


def config_for(world: World, **source: object) -> CrawlConfig:
    """A recipe that searches the test server."""
    section = {"kind": "openverse", "base_url": world.url(""), "pause_seconds": 0, "patience_seconds": 2, **source}
    return recipe(sources=[section])


def find(neighbors: list[Neighbor], config: CrawlConfig, before: Sequence[Asked] = ()) -> list[Candidate]:
    """What the first source offers in the round after these questions."""
    source = config.sources[0]
    return search(source, asks_of(neighbors, source.name, before, config), config)[0]


def test_pages_are_followed_to_the_last(world: World) -> None:
    """Ranks run on from page to page, and the question holds the licenses."""
    asked: list[dict[str, str]] = []
    world.search = pages(25, asked)
    found = find([neighbor("braeburn", "braeburn apple")], config_for(world, page_size=10))
    assert [candidate.rank for candidate in found] == list(range(25))
    assert [query["page"] for query in asked] == ["1", "2", "3"]
    assert asked[0] == {"q": "braeburn apple", "page": "1", "page_size": "10", "license": "by,by-sa,cc0,pdm"}
    assert (found[0].neighbor, found[0].query, found[0].source) == ("braeburn", "braeburn apple", "openverse")


def test_licenses_that_the_api_does_not_know_are_not_asked_for(world: World) -> None:
    """It refuses a query that names one; without any other, no picture can have it."""
    asked: list[dict[str, str]] = []
    world.search = pages(1, asked)
    config = config_for(world)
    find([neighbor("braeburn")], config.model_copy(update={"licenses": ("by", "gfdl")}))
    assert find([neighbor("braeburn")], config.model_copy(update={"licenses": ("gfdl",)})) == []
    find([neighbor("braeburn")], config.model_copy(update={"allow_unknown_license": True}))
    assert [query.get("license") for query in asked] == ["by", None]


def test_each_round_asks_for_further_results_alone(world: World) -> None:
    """A category of 20 pictures looks at two pages of ten a round, until a round finds nothing."""
    asked: list[dict[str, str]] = []
    world.search = pages(45, asked)
    config = config_for(world, page_size=10).model_copy(update={"per_category": 20})
    source, before, ranks = config.sources[0], list[Asked](), list[list[int]]()
    while asks := asks_of([neighbor("braeburn")], source.name, before, config):
        found, rows = search(source, asks, config)
        before += rows
        ranks.append([one.rank for one in found])
    assert ranks == [list(range(20)), list(range(20, 40)), list(range(40, 45))]
    assert [query["page"] for query in asked] == ["1", "2", "3", "4", "5"]
    assert [(row.skip, row.limit, row.offered, row.more) for row in before] == [
        (0, 20, 20, True),
        (20, 20, 20, True),
        (40, 20, 5, False),
    ]


def test_results_that_cannot_be_used_end_no_query(world: World) -> None:
    """A window without one usable URL is followed by the next; the query ends with the last page."""

    async def answer(request: web.Request) -> web.Response:
        page = int(request.query["page"])
        results = [result(number) if page == 3 else {"id": "none", "license": "by"} for number in range(10)]
        return web.json_response({"page_count": 3, "results": results})

    world.search = answer
    config = config_for(world, page_size=10).model_copy(update={"per_category": 10})
    source, before, offered = config.sources[0], list[Asked](), list[int]()
    while asks := asks_of([neighbor("braeburn")], source.name, before, config):
        found, rows = search(source, asks, config)
        before += rows
        offered.append(len(found))
    assert offered == [0, 0, 10]


def refusing(odd: Callable[[str], bool], refusal: Callable[[], web.Response], asked: list[str]) -> Handler:
    """An API that takes some queries for wrong ones."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query["q"])
        if odd(request.query["q"]):
            return refusal()
        return web.json_response({"page_count": 1, "results": [result(1)]})

    return answer


def _in_json(status: int) -> web.Response:
    return web.json_response({"detail": "no"}, status=status)


@pytest.mark.parametrize(
    "refusal",
    [
        lambda: _in_json(400),
        lambda: _in_json(404),
        lambda: _in_json(422),
        lambda: web.Response(status=400, body=b"{}", content_type="application/problem+json"),
        lambda: web.Response(status=414, text="<html>"),
    ],
)
def test_a_query_that_is_refused_brings_nothing_and_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture, refusal: Callable[[], web.Response]
) -> None:
    """The log names it with the status, and it is not asked again."""
    asked: list[str] = []
    world.search = refusing("odd".__eq__, refusal, asked)
    config, names = config_for(world), [neighbor("a", "odd", "x"), neighbor("b")]
    source = config.sources[0]
    found, rows = search(source, asks_of(names, source.name, (), config), config)
    assert [(one.neighbor, one.query) for one in found] == [("a", "x"), ("b", "b")]
    assert [(row.query, row.offered, row.more) for row in rows] == [("odd", 0, False), ("x", 1, False), ("b", 1, False)]
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "'odd'" in line
    assert f"status {refusal().status}" in line
    assert asks_of(names, source.name, rows, config) == []


@pytest.mark.parametrize(("queries", "tried"), [(1, 1), (3, 3), (50, 20)])
def test_an_api_that_refuses_every_query_is_named(world: World, queries: int, tried: int) -> None:
    """That is the recipe's fault and no query's; it is seen before all of many are asked."""
    asked: list[str] = []
    world.search = refusing(lambda _: True, lambda: _in_json(404), asked)
    with pytest.raises(Unreachable, match=f"status 404, for each of the first {tried} queries") as caught:
        find([neighbor("a", *map(str, range(queries)))], config_for(world))
    assert caught.value.mend.startswith("check base_url")
    assert len(asked) == tried


def test_later_results_that_are_refused_are_the_end_of_the_query(world: World) -> None:
    """An API that has answered before is no wrong one, though all that is left to ask is refused."""
    world.search = refusing(lambda _: True, lambda: _in_json(400), [])
    before = [Asked("braeburn", "openverse", "braeburn", 0, 100, 100, more=True)]
    config = config_for(world)
    assert find([neighbor("braeburn")], config, before) == []


def test_an_error_page_is_no_refusal_of_a_query(world: World) -> None:
    """A wrong base_url brings one, and stops the stage at once."""
    asked: list[str] = []
    world.search = refusing(lambda _: True, lambda: web.Response(status=404, text="<html>"), asked)
    with pytest.raises(Unreachable, match="refuses the search: status 404"):
        find([neighbor("a", "x", "y")], config_for(world))
    assert len(asked) == 1


def test_a_fault_that_will_not_pass_is_met_once(world: World) -> None:
    """Redirects without end are asked for once, and not three times."""
    world.search = lambda request: _elsewhere(str(request.url))
    with pytest.raises(Unreachable, match="does not answer: too_many_redirects"):
        find([neighbor("a")], config_for(world))
    once = len(world.asked)
    world.asked.clear()
    with pytest.raises(Unreachable):
        find([neighbor("a")], config_for(world))
    assert once == len(world.asked) <= 12


async def _elsewhere(url: str) -> web.Response:
    return web.Response(status=302, headers={"Location": url})


def test_each_query_is_asked_once(world: World) -> None:
    """A category without queries is asked by its name, and each question is told of as it ends."""
    asked: list[dict[str, str]] = []
    world.search = pages(1, asked)
    names, config, told = [neighbor("a", "x", "x", "y"), neighbor("b")], config_for(world), list[int]()
    search(config.sources[0], asks_of(names, "openverse", (), config), config, told.append)
    assert sorted(query["q"] for query in asked) == ["b", "x", "y"]
    assert sum(told) == 3


def test_missing_optional_fields_are_empty(world: World) -> None:
    """What the documentation marks optional may be null or absent; a result without URL is none, and keeps its rank."""

    async def answer(_: web.Request) -> web.Response:
        bare = {"id": "1", "url": "https://example.org/1.jpg", "title": None, "license": "cc0"}
        return web.json_response({"result_count": 2, "page_count": 1, "results": [{"id": "2", "license": "by"}, bare]})

    world.search = answer
    [found] = find([neighbor("braeburn")], config_for(world))
    assert (found.rank, found.title, found.creator, found.landing_url, found.license) == (1, "", "", "", "cc0")


def test_deeper_than_allowed_is_the_end(world: World) -> None:
    """A refusal on a later page ends the query and keeps what came before."""
    whole = pages(100, [])

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401) if request.query["page"] == "3" else await whole(request)

    world.search = answer
    assert len(find([neighbor("braeburn")], config_for(world, page_size=10))) == 20


def test_no_deeper_than_the_recipe_says(world: World) -> None:
    """Nothing is asked beyond the last page that the API allows."""
    asked: list[dict[str, str]] = []
    world.search = pages(100, asked)
    config = config_for(world, page_size=10, max_pages=3)
    assert len(find([neighbor("braeburn")], config)) == 30
    later = [Asked("braeburn", "openverse", "braeburn", 0, 30, 30, more=True)]
    assert find([neighbor("braeburn")], config, later) == []
    assert len(asked) == 3


def test_a_throttled_search_waits_and_goes_on(world: World) -> None:
    """The time in Retry-After is kept."""
    whole, times = pages(1, []), []

    async def answer(request: web.Request) -> web.StreamResponse:
        times.append(time.monotonic())
        return web.Response(status=429, headers={"Retry-After": "1"}) if len(times) == 1 else await whole(request)

    world.search = answer
    assert len(find([neighbor("braeburn")], config_for(world))) == 1
    assert times[1] - times[0] >= 1


def test_the_pace_between_requests_holds(world: World) -> None:
    """Queries of one source come one after the other."""
    whole, times = pages(1, []), []

    async def answer(request: web.Request) -> web.StreamResponse:
        times.append(time.monotonic())
        return await whole(request)

    world.search = answer
    find([neighbor("braeburn", "a", "b", "c")], config_for(world, pause_seconds=0.2))
    assert all(later - earlier >= 0.15 for earlier, later in itertools.pairwise(times))


def _nobody(_: World) -> CrawlConfig:
    return recipe("http://127.0.0.99:59999")


def _inner(world: World) -> CrawlConfig:
    return recipe(f"http://{PRIVATE}:{world.port}")


def _no_json(world: World) -> CrawlConfig:
    world.search = lambda _: _text("<html>")
    return config_for(world)


def _refusing(world: World) -> CrawlConfig:
    world.search = lambda _: _text("no", 401)
    return config_for(world)


def _broken(world: World) -> CrawlConfig:
    world.search = lambda _: _text("oh", 500)
    return config_for(world)


async def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status)


@pytest.mark.parametrize(
    ("arrange", "problem", "mend"),
    [
        (_nobody, "does not answer: connection", "python -m sandbox"),
        (_inner, "may not be asked: blocked_address", "crawl.allow_networks"),
        (_no_json, "gives no search result", "base_url"),
        (_refusing, "refuses the search: status 401", "page_size"),
        (_broken, "does not answer: status 500", "crawl.sources"),
    ],
)
def test_a_source_that_cannot_be_used_names_itself_and_the_mend(
    world: World, arrange: Callable[[World], CrawlConfig], problem: str, mend: str
) -> None:
    """The stage stops with the address and what to do about it."""
    config = arrange(world)
    with pytest.raises(Unreachable) as caught:
        find([neighbor("braeburn")], config)
    assert str(getattr(config.sources[0], "base_url", None)) in caught.value.problem
    assert problem in caught.value.problem
    assert mend in caught.value.mend
