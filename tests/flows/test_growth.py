"""A newer crawl asks the sources again, and fetches what it does not hold."""

from collections import Counter
from pathlib import Path

import pytest

from flows.crawl import crawl
from flows.neighbors import neighbors
from flows.recipe import Recipe
from flows.targets import targets
from sandbox.ledger import Kind
from sandbox.process import running
from storage.manifest import read_rows
from storage.records import Crawled, StageRef
from tests.flows.conftest import World
from tests.flows.rewritten import sections_over


def _crawled(recipe: Recipe, as_of: str) -> StageRef:
    config = recipe.crawl.model_copy(update={"as_of": as_of})
    dated = recipe.model_copy(update={"crawl": config})
    return crawl(dated, neighbors(dated, targets(dated)))


@pytest.mark.slow  # the whole pipeline twice
def test_a_newer_crawl_fetches_the_new_pictures_alone(prefect_server: str, world: World, tmp_path: Path) -> None:
    """Ten new ones on the web are ten requests more; what failed before is tried again, what is held is not."""
    with running(world.grocery, hosts=8) as sandbox:
        sections = sections_over(world, sandbox) | {"data_root": str(tmp_path / "root")}
        recipe = Recipe.model_validate(sections)
        first = _crawled(recipe, "2026-01-01")
        asked = Counter(sandbox.requests().urls)
        new = sandbox.grow(10)
        second = _crawled(recipe, "2026-01-02")
        added = Counter(sandbox.requests().urls) - asked
        kinds = {row.url: row.kind for row in sandbox.ledger()}
    again = Counter(kinds[url] for url in added if url in kinds and url not in new)
    assert {url: added[url] for url in new} == dict.fromkeys(new, 1)
    assert again.keys() == {Kind.FAILING}
    held = [{row.url for row in read_rows(ref, Crawled) if row.digest} for ref in (first, second)]
    assert held[1] - held[0] == set(new)
    assert held[0] < held[1]
    assert second.count == first.count + 10
