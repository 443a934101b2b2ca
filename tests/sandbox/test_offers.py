import re
from dataclasses import replace

from sandbox.ledger import Kind
from sandbox.offers import publish
from sandbox.photographs import Photographs
from sandbox.supply import draw_supplies


def test_how_a_picture_appears_does_not_depend_on_what_it_is(corpus: Photographs) -> None:
    """With every supply swapped for a good one, URLs, titles, licenses and ranks stay the same."""
    supplies = draw_supplies(corpus.pools, seed=0)
    disguised = [
        replace(s, kind=Kind.GOOD, original=supplies[0].original, transforms=(), failure=None, split=None)
        for s in supplies
    ]
    shown = {n: [replace(o, supply=supplies[0]) for o in os] for n, os in publish(supplies, 0, 50, 80).items()}
    assert shown == {n: [replace(o, supply=supplies[0]) for o in os] for n, os in publish(disguised, 0, 50, 80).items()}


def test_urls_are_opaque_and_unique(corpus: Photographs) -> None:
    """A URL is an address and a digest, never the name of a class or a file."""
    urls = [o.url for os in publish(draw_supplies(corpus.pools, 0), 0, 50, 8765).values() for o in os]
    assert len(set(urls)) == len(urls)
    assert all(re.fullmatch(r"http://127\.0\.1\.\d+:8765/p/[0-9a-f]{24}\.jpg", url) for url in urls)


def test_ranks_are_shuffled(corpus: Photographs) -> None:
    """Good pictures are spread over the ranks instead of coming first."""
    for offers in publish(draw_supplies(corpus.pools, 0), 0, 50, 80).values():
        kinds = [offer.supply.kind for offer in offers]
        good = kinds.count(Kind.GOOD)
        assert 0.2 < kinds[:good].count(Kind.GOOD) / good < 0.9


def test_another_seed_shows_other_urls(corpus: Photographs) -> None:
    """Two webs never share a URL, so one store can hold pictures of both."""
    first, second = (publish(draw_supplies(corpus.pools, 0), seed, 50, 80) for seed in (0, 1))
    assert not {o.url for os in first.values() for o in os} & {o.url for os in second.values() for o in os}
