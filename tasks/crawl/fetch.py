"""One URL: its bytes, checked to be a whole picture within the limits, or why not."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Limits
from tasks.crawl.robots import Robots, opted_out
from tasks.crawl.web import Web
from tasks.retry_after import pause_of
from vision.decode import Header, Undecodable, decode, header


class Throttled(Refused):
    """The host asks for a pause, in seconds, for all its URLs."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(FetchReason.BAD_STATUS, str(status))
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes that decode to a picture, and what their header says."""

    data: bytes
    header: Header


def check_size(size: int, width: int, height: int, limits: Limits) -> None:
    """Raises Refused where bytes or pixels are out of the limits; the same for held and new pictures."""
    if size > limits.max_bytes:
        raise Refused(FetchReason.TOO_LARGE, f"over {limits.max_bytes} bytes")
    if width * height > limits.max_pixels:
        raise Refused(FetchReason.TOO_MANY_PIXELS, f"{width}x{height}")
    if min(width, height) < limits.min_side:
        raise Refused(FetchReason.TOO_SMALL, f"{width}x{height}")


def check_picture(data: bytes, limits: Limits) -> Header:
    """The header of bytes that decode whole; its pixels are counted before any is decoded."""
    try:
        found = header(data)
        check_size(len(data), found.width, found.height, limits)
        decode(data, limits.max_pixels)
    except Undecodable as error:
        # Without the decoder's own words, which hold memory addresses and change with its version.
        raise Refused(FetchReason(error.reason)) from error
    return found


async def fetch(url: str, web: Web, robots: Robots, limits: Limits, decoders: Executor) -> Fetched:
    """The picture behind a URL; raises Refused, and Throttled where its host asks for a pause."""
    answer = await web.get(url, limits.max_bytes, robots.check)
    if (seconds := pause_of(answer.status, answer.headers.get("Retry-After", ""))) is not None:
        raise Throttled(answer.status, seconds)
    if answer.status != 200:
        raise Refused(FetchReason.BAD_STATUS, str(answer.status))
    if directive := opted_out(answer.headers.getall("X-Robots-Tag", [])):
        raise Refused(FetchReason.ROBOTS, f"X-Robots-Tag: {directive}")
    loop = asyncio.get_running_loop()
    return Fetched(answer.body, await loop.run_in_executor(decoders, check_picture, answer.body, limits))
