"""What a test or a benchmark may do to the web while it is served: let it grow, and take a part of it down."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.growth import NothingLeft
from sandbox.growth import grow as grow_by
from sandbox.outage import PATHS, Outage, Service
from sandbox.world import WORLD


@web.middleware
async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with an error where the service that is asked for is down."""
    down = request.app[WORLD].outages
    service = next((service for service, path in PATHS.items() if request.path.startswith(path)), None)
    if service in down and down[service].meets(time.monotonic()):
        stated = down[service].retry_after
        headers = {} if stated is None else {"Retry-After": f"{stated:g}"}
        return web.Response(status=down[service].status, headers=headers, text="down for a while")
    return await handler(request)


async def grow(request: web.Request) -> web.Response:
    """`POST /grow?pictures=10[&neighbor=NAME ...]`: the URLs of so many new pictures, as a JSON list."""
    try:
        offers = grow_by(request.app[WORLD], int(request.query["pictures"]), request.query.getall("neighbor", []))
    except NothingLeft as error:
        raise web.HTTPConflict(text=str(error)) from error
    return web.json_response([offer.url for offer in offers])


async def outage(request: web.Request) -> web.Response:
    """`POST /outage?what=search|hosts&seconds=5[&status=503][&retry_after=1]`; 0 seconds end it."""
    asked = request.query
    stated = float(asked["retry_after"]) if "retry_after" in asked else None
    request.app[WORLD].outages[Service(asked["what"])] = Outage(
        float(asked["seconds"]), int(asked.get("status", "503")), stated
    )
    return web.Response()
