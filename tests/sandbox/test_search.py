import json
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.process import SandboxProcess
from tests.sandbox.web import get

# Openverse's documented fields of a result that a crawler may rely on.
FIELDS = {
    "id", "title", "foreign_landing_url", "url", "creator", "creator_url", "license", "license_version", "license_url",
    "provider", "source", "attribution", "width", "height", "filesize", "filetype",
}  # fmt: skip


def _search(sandbox: SandboxProcess, **query: str | int) -> tuple[int, Any]:
    reply = get(f"{sandbox.base_url}/v1/images/?{urlencode(query)}")
    return reply.status, json.loads(reply.body)


def _all_pages(sandbox: SandboxProcess, query: str, **more: str | int) -> list[dict[str, str]]:
    _, first = _search(sandbox, q=query, **more)
    pages = [_search(sandbox, q=query, page=page, **more)[1] for page in range(1, first["page_count"] + 1)]
    return [result for page in pages for result in page["results"]]


def test_paging_shows_every_url_of_a_class_once_and_in_order(sandbox: SandboxProcess) -> None:
    """The pages together are the ledger's rows of the class, by rank."""
    found = _all_pages(sandbox, "teal kite", page_size=7)
    assert [result["url"] for result in found] == [r.url for r in sandbox.ledger() if r.neighbor == "teal kite"]


def test_a_result_has_openverses_fields(sandbox: SandboxProcess) -> None:
    """Whoever reads Openverse reads this, and no size tells a copy from its original."""
    _, page = _search(sandbox, q="teal kite")
    assert page["page_size"] == 20
    assert page["page"] == 1
    assert page["page_count"] == -(-page["result_count"] // 20)
    assert set(page["results"][0]) >= FIELDS
    assert all(r["width"] is r["height"] is r["filesize"] is None for r in page["results"])


@pytest.mark.parametrize("query", ["Teal Kites", "teal kite close up", "a TEAL-KITE photo"])
def test_a_query_that_contains_a_name_finds_its_pictures(sandbox: SandboxProcess, query: str) -> None:
    """Hints, plurals and spelling do not change what is found."""
    assert _search(sandbox, q=query)[1] == _search(sandbox, q="teal kite")[1]


@pytest.mark.parametrize("query", ["nordic gold kite", "amber kite", "plain ladder", "kite", ""])
def test_what_is_no_neighbor_finds_nothing(sandbox: SandboxProcess, query: str) -> None:
    """Inventions, targets, off-topic classes and words of names bring no result, and no error."""
    status, page = _search(sandbox, q=query)
    assert (status, page["result_count"], page["page_count"], page["results"]) == (200, 0, 0, [])


def test_licenses_share_out_the_results(sandbox: SandboxProcess) -> None:
    """Each license's results are its own, and together they are all."""
    parts = {code: _all_pages(sandbox, "teal kite", license=code) for code in ("by", "by-sa", "cc0")}
    assert all({result["license"] for result in part} == {code} for code, part in parts.items())
    assert sum(map(len, parts.values())) == len(_all_pages(sandbox, "teal kite", license="by,by-sa,cc0"))


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"page_size": 21}, 401, "less than or equal to 20"),
        ({"page": 13, "page_size": 20}, 401, "first 240"),
        ({"page": 0}, 400, "greater than or equal to 1"),
        ({"page": "two"}, 400, "valid integer"),
        ({"license": "by,wtf"}, 400, "'wtf' does not exist"),
    ],
)
def test_limits_are_refused_as_openverse_refuses_them(
    sandbox: SandboxProcess, query: dict[str, str | int], status: int, says: str
) -> None:
    """Without a key 20 a page and 240 deep, with the reason in `detail`."""
    answered, body = _search(sandbox, q="teal kite", **query)
    assert answered == status
    assert says in body["detail"]


def test_a_page_behind_the_last_is_empty(sandbox: SandboxProcess) -> None:
    """Asking too far within the limit is no error."""
    status, page = _search(sandbox, q="teal kite", page=12)
    assert (status, page["results"]) == (200, [])
