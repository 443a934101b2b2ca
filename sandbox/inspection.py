"""What tests and benchmarks may see and the product never asks for: the ledger, the counts and the bill."""

from collections import Counter
from dataclasses import asdict
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.ledger import to_lines
from sandbox.world import WORLD

PATHS = {"/ledger", "/requests", "/bill", "/grow", "/outage"}


@web.middleware
async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count every request by its whole URL before it is answered; neither a look at the counts nor a control is one."""
    if request.path not in PATHS:
        request.app[WORLD].requests[str(request.url)] += 1
    return await handler(request)


async def ledger(request: web.Request) -> web.Response:
    """What every URL truly is, as JSON Lines in rank order by class."""
    rows = (offer.truth for found in request.app[WORLD].offers.values() for offer in found)
    return web.Response(text=to_lines(rows), content_type="application/x-ndjson")


async def requests(request: web.Request) -> web.Response:
    """How often each URL and each host was asked."""
    urls = request.app[WORLD].requests
    hosts: Counter[str] = Counter()
    for url, times in urls.items():
        hosts[urlsplit(url).hostname or ""] += times
    return web.json_response({"urls": urls, "hosts": hosts})


async def bill(request: web.Request) -> web.Response:
    """What the language model's endpoint did and what its answers cost."""
    return web.json_response(asdict(request.app[WORLD].meter.bill()))
