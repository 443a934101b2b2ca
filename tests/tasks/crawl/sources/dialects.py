"""The search APIs as their documentation has them: so many results for any query, each whole or bare."""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.crawl.config import Source
from tasks.crawl.sources.flickr import Flickr
from tasks.crawl.sources.gbif import Gbif
from tasks.crawl.sources.inaturalist import INaturalist
from tasks.crawl.sources.openverse import Openverse
from tasks.crawl.sources.wikimedia import Wikimedia
from tests.tasks.crawl.sources.api import Query

Result = dict[str, object]
BY = "https://creativecommons.org/licenses/by/4.0/"
SIZE = 10


def page_of(results: list[Result], number: int) -> list[Result]:
    """The results on a page, from 0."""
    return results[number * SIZE : (number + 1) * SIZE]


def openverse(results: list[Result], query: Query) -> Result:
    """`/v1/images/`."""
    pages = -(-len(results) // SIZE)
    return {"page_count": pages, "results": page_of(results, int(query["page"]) - 1)}


def wikimedia(results: list[Result], query: Query) -> Result:
    """`api.php`: pages in the order of their numbers, each with its place in the search as `index`."""
    start = int(query["gsroffset"])
    pages = [{**one, "index": place} for place, one in enumerate(results, 1)][start : start + SIZE]
    more = {"continue": {"gsroffset": start + SIZE, "continue": "gsroffset||"}} if start + SIZE < len(results) else {}
    return {"batchcomplete": True, **more, **({"query": {"pages": pages[::-1]}} if pages else {})}


def inaturalist(results: list[Result], query: Query) -> Result:
    """`/v1/observations`."""
    return {"total_results": len(results), "results": page_of(results, int(query["page"]) - 1)}


def gbif(results: list[Result], query: Query) -> Result:
    """`/v1/occurrence/search`."""
    start = int(query["offset"])
    return {"endOfRecords": start + SIZE >= len(results), "results": results[start : start + SIZE]}


LICENSES = [
    {"id": 0, "name": "All Rights Reserved", "url": "https://www.flickrhelp.com/hc/articles/10710266545556"},
    {"id": 1, "name": "CC BY-NC-SA 2.0", "url": "https://creativecommons.org/licenses/by-nc-sa/2.0/"},
    {"id": 4, "name": "Attribution License", "url": "https://creativecommons.org/licenses/by/2.0/"},
    {"id": 7, "name": "No known copyright restrictions", "url": "https://www.flickr.com/commons/usage/"},
    {"id": 9, "name": "Public Domain Dedication (CC0)", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    {"id": 77, "name": "CC BY 4.0", "url": BY},
]


def flickr(results: list[Result], query: Query) -> Result:
    """`flickr.photos.search` and `flickr.photos.licenses.getInfo`."""
    if query["method"] == "flickr.photos.licenses.getInfo":
        return {"licenses": {"license": LICENSES}, "stat": "ok"}
    pages = -(-len(results) // SIZE)
    photos = {"page": query["page"], "pages": pages, "photo": page_of(results, int(query["page"]) - 1)}
    return {"photos": {**photos, "total": str(len(results))}, "stat": "ok"}


@dataclass(frozen=True)
class Dialect:
    """One API: its section at an address, how it answers, a whole result, and one that has nothing but a URL."""

    section: Callable[[str], Source]
    answer: Callable[[list[Result], Query], Result]
    whole: Callable[[str], Result]
    bare: Callable[[object, object], Result]


def _wikimedia_file(url: str) -> Result:
    said = {
        "LicenseUrl": {"value": BY, "source": "commons-desc-page", "hidden": ""},
        "License": {"value": "cc-by-4.0"},
        "LicenseShortName": {"value": "CC BY 4.0"},
        "Artist": {"value": "<a href='//x.org/J'>Jane&nbsp;Doe</a>"},
        "ObjectName": {"value": "An apple"},
    }
    info = {"thumburl": url, "url": url + "?original", "mime": "image/jpeg", "descriptionurl": "https://example.org/p"}
    return {"pageid": 7, "ns": 6, "title": "File:Apple.jpg", "imageinfo": [{**info, "extmetadata": said}]}


def _observation(url: str) -> Result:
    photo = {"url": url, "license_code": "cc-by", "attribution": "(c) Jane Doe, some rights reserved (CC BY)"}
    user = {"login": "jane", "name": "Jane D."}
    seen = {"uri": "https://example.org/p", "taxon": {"name": "An apple"}, "species_guess": "apple", "user": user}
    return {**seen, "photos": [photo]}


def _occurrence(url: str) -> Result:
    medium = {"type": "StillImage", "format": "image/jpeg", "identifier": url, "title": "An apple", "license": BY}
    made = {"creator": "Jane Doe", "rightsHolder": "A museum", "references": "https://example.org/p"}
    return {"key": 5, "scientificName": "Malus", "media": [{**medium, **made}]}


def _flickr_photo(url: str) -> Result:
    sizes = {"url_l": url, "height_l": 700, "width_l": 1024, "url_m": url + "?small"}
    return {"id": "1", "owner": "2@N0", "ownername": "Jane Doe", "title": "An apple", "license": "77", **sizes}


def _openverse_result(url: str) -> Result:
    made = {"creator": "Jane Doe", "license": "by", "license_url": BY, "foreign_landing_url": "https://example.org/p"}
    return {"url": url, "title": "An apple", **made}


def _all(nothing: object, *names: str) -> Result:
    return dict.fromkeys(names, nothing)


DIALECTS = {
    "openverse": Dialect(
        lambda base: Openverse(base_url=base, pause_seconds=0, patience_seconds=1.2, page_size=SIZE),
        openverse,
        _openverse_result,
        lambda url, no: {"url": url, **_all(no, "title", "creator", "license", "license_url", "foreign_landing_url")},
    ),
    "wikimedia": Dialect(
        lambda base: Wikimedia(base_url=base + "/w/api.php", pause_seconds=0, patience_seconds=1.2, page_size=SIZE),
        wikimedia,
        _wikimedia_file,
        lambda url, no: {
            "imageinfo": [
                {"thumburl": url, "url": url, "mime": "image/png", "descriptionurl": no}
                | {"extmetadata": {"Artist": {"value": no}, "License": {"value": no}} if no != "" else []}
            ]
        },
    ),
    "inaturalist": Dialect(
        lambda base: INaturalist(base_url=base, pause_seconds=0, patience_seconds=1.2, page_size=SIZE),
        inaturalist,
        _observation,
        lambda url, no: {
            "photos": [{"url": url, **_all(no, "license_code", "attribution")}],
            **_all(no, "uri", "species_guess"),
            **_all(no or None, "user", "taxon"),
        },
    ),
    "gbif": Dialect(
        lambda base: Gbif(base_url=base, pause_seconds=0, patience_seconds=1.2, page_size=SIZE),
        gbif,
        _occurrence,
        lambda url, no: {
            "media": [
                {"type": "StillImage", "identifier": url}
                | _all(no, "format", "title", "license", "creator", "rightsHolder", "references")
            ]
        },
    ),
    "flickr": Dialect(
        lambda base: Flickr(base_url=base, pause_seconds=0, patience_seconds=1.2, page_size=SIZE),
        flickr,
        _flickr_photo,
        lambda url, no: {"url_c": url, **_all(no, "id", "owner", "ownername", "title", "license", "url_l")},
    ),
}
