"""A page in the system's Chromium, headless, and what went wrong on it.

Nothing outside this machine is asked for: such requests are refused, and told apart from those that failed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response, Route, sync_playwright

from benchmarks.browser import FLAGS, NAMES, installed

HERE = ("127.0.0.1", "localhost", "")
"""Hosts of this machine; files and data have none."""

WAIT = 30_000
"""Milliseconds until something that is looked for must be there, on a machine with other work."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and what it has brought up so far: errors in its console, failed requests, requests to elsewhere."""

    page: Page
    errors: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def chromium() -> str:
    """The path of the browser; skips the test where there is none."""
    found = installed()
    if found is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)} is on PATH")
    return found


def _is_here(url: str) -> bool:
    return (urlsplit(url).hostname or "") in HERE


def _watch(visit: Visit) -> None:
    """Collect what goes wrong; of what is refused, only that it was asked for."""
    page = visit.page

    def refuse(route: Route) -> None:
        visit.elsewhere.append(route.request.url)
        route.abort()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and _is_here(message.location["url"]):
            visit.errors.append(f"{message.text} ({message.location['url']})")

    def answered(response: Response) -> None:
        if response.status >= 400:
            visit.failed.append(f"{response.status} {response.url}")

    def broken(request: Request) -> None:
        if _is_here(request.url) and request.failure != "net::ERR_ABORTED":  # a page that is left drops its requests
            visit.failed.append(f"{request.failure} {request.url}")

    page.route(lambda url: not _is_here(url), refuse)
    page.on("console", console)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("response", answered)
    page.on("requestfailed", broken)


@contextmanager
def visit(width: int = 1280, height: int = 900) -> Iterator[Visit]:
    """An empty page of this size in pixels, watched; its browser ends with the block."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(WAIT)
            seen = Visit(page)
            _watch(seen)
            yield seen
        finally:
            browser.close()
