"""A plain client for the sandbox's own tests, so that they trust no code of the product."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a server."""

    status: int
    content_type: str
    body: bytes


def get(url: str, timeout: float = 10) -> Reply:
    """Fetch one URL; TimeoutError where nothing comes within `timeout` seconds."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        return Reply(response.status, response.getheader("Content-Type", ""), response.read())
    finally:
        connection.close()
