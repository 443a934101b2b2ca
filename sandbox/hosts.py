"""The image hosts: pictures, copies and the ways in which real hosts fail."""

import asyncio

from aiohttp import web

from sandbox.copies import make_copy
from sandbox.corpus import Corpus
from sandbox.ledger import Failure
from sandbox.supply import Supply
from sandbox.world import WORLD

ROBOTS = "User-agent: *\nDisallow: /by/\nAllow: /p/\n"
PAGE = b"<!doctype html><html><title>Not here</title><p>This picture is only shown to members.</html>"
JPEG = "image/jpeg"


def render(corpus: Corpus, supply: Supply) -> bytes:
    """The bytes of what is served, a truncated picture cut in half."""
    data = make_copy(corpus.picture(supply.original.key), supply.transforms)
    return data[: len(data) // 2] if supply.failure is Failure.TRUNCATED else data


async def picture(request: web.Request) -> web.Response:
    """Serve one picture, or fail as its URL does; it is rendered anew for every request."""
    world = request.app[WORLD]
    offer = world.by_url.get(f"http://{request.host}{request.path}")
    if offer is None or offer.supply.failure is Failure.NOT_FOUND:
        raise web.HTTPNotFound
    if offer.supply.failure is Failure.TIMEOUT:
        await world.closing.wait()
        raise web.HTTPServiceUnavailable
    if offer.supply.failure is Failure.HTML:
        return web.Response(body=PAGE, content_type=JPEG)
    body = await asyncio.to_thread(render, world.corpus, offer.supply)
    return web.Response(body=body, content_type=JPEG)


async def robots(request: web.Request) -> web.Response:  # noqa: ARG001  # aiohttp's signature
    """Every host's robots.txt: pictures may be fetched, pages about people may not."""
    return web.Response(text=ROBOTS)
