"""One candidate: its picture, checked to be whole and within the limits, or why not."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from storage.pictures import digest_of
from storage.records import Candidate, FetchReason, Redirected
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Limits
from tasks.crawl.plan import url_asked
from tasks.crawl.robots import opted_out
from tasks.crawl.throttled import throttled
from tasks.crawl.web import Answer, Elsewhere, Web
from vision.decode import LONGEST_SIDE, Header, may_be_picture
from vision.decoders import Decoders

PASSING = frozenset({408, 425, 500, 502, 503, 504})
"""Statuses that a later try may change."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes to hold that decode to a picture, their header, and the digest of those that the host sent."""

    data: bytes
    header: Header
    original: str


def check_size(size: int, width: int, height: int, limits: Limits) -> None:
    """Raises Refused where bytes or pixels are out of the limits; the same for held and new pictures."""
    if size > limits.max_bytes:
        raise Refused(FetchReason.TOO_LARGE, f"over {limits.max_bytes} bytes")
    if width * height > limits.max_pixels or max(width, height) > LONGEST_SIDE:
        raise Refused(FetchReason.TOO_MANY_PIXELS, f"{width}x{height}")
    if min(width, height) < limits.min_side:
        raise Refused(FetchReason.TOO_SMALL, f"{width}x{height}")


def check_answer(answer: Answer) -> bytes:
    """The body of an answer that is one; raises Refused, and Throttled where its host asks for a pause."""
    if pause := throttled(answer):
        raise pause
    if answer.status != 200:
        raise Refused(FetchReason.BAD_STATUS, str(answer.status), passing=answer.status in PASSING)
    if directive := opted_out(answer.headers.getall("X-Robots-Tag", [])):
        raise Refused(FetchReason.ROBOTS, f"X-Robots-Tag: {directive}")
    return answer.body


async def check_picture(data: bytes, limits: Limits, decoders: Decoders) -> Fetched:
    """The picture that these bytes decode to, resized where the decoders are told to; raises Refused."""
    judged = await decoders.judge(data)
    header, fault = judged.verdict.header, judged.verdict.fault
    if header:
        check_size(len(data), header.width, header.height, limits)
    if fault or not header:
        # Without the decoder's own words, which hold memory addresses and change with its version.
        raise Refused(FetchReason(fault or FetchReason.NOT_A_PICTURE))
    return Fetched(judged.resized or data, judged.verdict.resized or header, digest_of(data))


async def fetch(candidate: Candidate, web: Web, turn: AsyncExitStack, limits: Limits) -> bytes | Elsewhere:
    """The bytes behind a candidate, or where else they are; one request. Raises Refused or Throttled.

    `turn` is closed when they are held no more.
    """
    hops = candidate.hops if isinstance(candidate, Redirected) else 0
    found = await web.ask(url_asked(candidate), turn, limits.max_bytes, may_be_picture, hops)
    return found if isinstance(found, Elsewhere) else check_answer(found)
