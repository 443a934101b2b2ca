import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.ledger import Kind
from sandbox.offers import address_of
from sandbox.photographs import Photographs
from sandbox.process import running
from tests.sandbox.web import get


def _offered(base_url: str, name: str) -> list[str]:
    answer = json.loads(get(f"{base_url}/v1/images/?q={quote(name)}").body)
    return [result["url"] for result in answer["results"]]


def test_a_grown_web_offers_exactly_so_many_more_good_pictures(folder: Path) -> None:
    """The search shows them first, the ledger knows them, their bytes are nobody else's, and nothing is gone."""
    with running(folder, hosts=3) as sandbox:
        before = {row.url: row for row in sandbox.ledger()}
        urls = sandbox.grow(10)
        after = {row.url: row for row in sandbox.ledger()}
        shown = {name: _offered(sandbox.base_url, name) for name in {row.neighbor for row in after.values()}}
        bodies = {url: get(url).body for url, row in after.items() if row.kind is Kind.GOOD}
    new = [after[url] for url in urls]
    assert len(set(urls)) == 10
    assert {url: after[url] for url in before} == before
    assert after.keys() - before.keys() == set(urls)
    assert {row.kind for row in new} == {Kind.GOOD}
    assert all(row.true_class == row.neighbor and row.url in shown[row.neighbor][:2] for row in new)
    assert not {row.original for row in new} & {row.original for row in before.values()}
    assert len({hashlib.sha256(body).digest() for body in bodies.values()}) == len(bodies) == 130
    assert {url.split("/")[2].split(":")[0] for url in urls} <= {address_of(host) for host in range(3)}


def test_all_classes_grow_in_turn_or_those_that_are_named(folder: Path) -> None:
    """Ten of six classes are one or two each; a named class grows alone, and then its turn comes last."""
    with running(folder) as sandbox:
        named = sandbox.grow(2, "teal kite")
        in_turn = sandbox.grow(10)
        neighbor = {row.url: row.neighbor for row in sandbox.ledger()}
    assert [neighbor[url] for url in named] == ["teal kite"] * 2
    counts = sorted([neighbor[url] for url in in_turn].count(name) for name in set(neighbor.values()))
    assert counts == [0, 2, 2, 2, 2, 2]


def test_growth_is_the_seeds(folder: Path) -> None:
    """Two webs of a seed grow by the same pictures, however many at a time, and one of another seed by others."""
    with running(folder, seed=1) as first:
        port = int(first.base_url.rpartition(":")[2])
        together = first.grow(10)
    with running(folder, seed=1, port=port) as again:
        assert again.grow(4) + again.grow(6) == together
    with running(folder, seed=2, port=port) as other:
        assert not set(other.grow(10)) & set(together)


def test_a_web_grows_by_nothing_rather_than_by_less(folder: Path, corpus: Photographs) -> None:
    """What is not held back cannot be offered; the error says how much is, and nothing has changed."""
    held = sum(map(len, corpus.pools.held_back.values()))
    with running(folder) as sandbox:
        with pytest.raises(ValueError, match=f"no more than {held} pictures are held back of all classes"):
            sandbox.grow(held + 1)
        assert len(sandbox.grow(held)) == held
