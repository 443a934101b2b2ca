"""The image search: Openverse's `GET /v1/images/`, for a client without a key.

Shape, limits and errors follow https://api.openverse.org/v1/. Sizes are null, which Openverse
allows too: a size known before the fetch would tell a copy from its original.
"""

from collections.abc import Sequence

from aiohttp import web

from sandbox.names import find
from sandbox.offers import Offer
from sandbox.world import WORLD, World

PAGE_SIZE = 20
"""Most results on a page without a key."""

DEPTH = 240
"""Most results that can be reached by paging without a key."""

KNOWN_LICENSES = {"by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa", "cc0", "pdm", "sampling+", "nc-sampling+"}

Result = dict[str, str | int | bool | list[str] | None]


class _Refused(Exception):
    """A request that Openverse answers with an error of this status."""

    def __init__(self, status: int, detail: str, name: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        field = {"error": "InputError", "detail": f"Invalid input given for fields. '{name}' -> {detail}"}
        self.body = {**field, "fields": [name]} if name else {"detail": detail}


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise _Refused(400, "A valid integer is required.", name)
    if int(text) < 1:
        raise _Refused(400, "Ensure this value is greater than or equal to 1.", name)
    return int(text)


def _paging(request: web.Request) -> tuple[int, int]:
    page, page_size = _number(request, "page", 1), _number(request, "page_size", PAGE_SIZE)
    if page_size > PAGE_SIZE:
        raise _Refused(401, f"Ensure this value is less than or equal to {PAGE_SIZE}.")
    if page * page_size > DEPTH:
        raise _Refused(401, f"Only the first {DEPTH} results can be reached without a key.")
    return page, page_size


def _licenses(request: web.Request) -> set[str]:
    """The licenses asked for; all where none is named."""
    given = request.query.get("license", "").lower()
    asked = set(given.split(",")) if given else KNOWN_LICENSES
    unknown = sorted(asked - KNOWN_LICENSES)
    if unknown:
        raise _Refused(400, f"License '{unknown[0]}' does not exist.", "license")
    return asked


def _found(world: World, query: str, licenses: set[str]) -> Sequence[Offer]:
    """The offers of the class that the query names, by rank; none where it names no neighbor class.

    Targets and off-topic classes count as names too: a query for a target whose name holds a
    neighbor's finds nothing, not the neighbor.
    """
    name = find(query, world.corpus.taxonomy.names)
    offers = world.offers.get(name, ()) if name else ()
    return [offer for offer in offers if offer.license.code in licenses][:DEPTH]


def _attribution(offer: Offer) -> str:
    code = offer.license.code.upper()
    terms = f"{code} {offer.license.version}" if code == "CC0" else f"CC {code} {offer.license.version}"
    verb = "marked with" if code == "CC0" else "licensed under"
    return f'"{offer.title}" by {offer.creator} is {verb} {terms}. To view the terms, visit {offer.license.url}.'


def _result(offer: Offer) -> Result:
    return {
        "id": offer.identifier,
        "title": offer.title,
        "foreign_landing_url": offer.landing_url,
        "url": offer.url,
        "creator": offer.creator,
        "creator_url": f"{offer.landing_url.rsplit('/photo/')[0]}/by/{offer.creator.lower().replace(' ', '-')}",
        "license": offer.license.code,
        "license_version": offer.license.version,
        "license_url": offer.license.url,
        "provider": offer.provider,
        "source": offer.provider,
        "category": "photograph",
        "filesize": None,
        "filetype": "jpg",
        "tags": [],
        "attribution": _attribution(offer),
        "fields_matched": ["title"],
        "mature": False,
        "height": None,
        "width": None,
    }


def _page(request: web.Request) -> web.Response:
    page, page_size = _paging(request)
    offers = _found(request.app[WORLD], request.query.get("q", ""), _licenses(request))
    shown = offers[(page - 1) * page_size : page * page_size]
    return web.json_response(
        {
            "result_count": len(offers),
            "page_count": -(-len(offers) // page_size),
            "page_size": page_size,
            "page": page,
            "results": [_result(offer) for offer in shown],
        }
    )


async def search(request: web.Request) -> web.Response:
    """Answer one page of a search."""
    try:
        return _page(request)
    except _Refused as refused:
        return web.json_response(refused.body, status=refused.status)
