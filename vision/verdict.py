"""What is said between a decoder and who asks it: JSON, never pickled, since a picture may have taken it over."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from vision.decode import Fault, Header
from vision.resize import Size

READY = b"ready"
MESSAGE = 4096
"""The most bytes of one message."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is made of each picture, and what a decoder may take for it: megabytes, seconds."""

    max_pixels: int
    min_side: int = 1
    keep: Size | None = None
    memory_mb: int = 1536
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the header says, where there is one, and why there is no picture, where there is none.

    `resized` is the header of the resized picture, `size` how many bytes it has.
    """

    header: Header | None = None
    fault: Fault | None = None
    resized: Header | None = None
    size: int = 0


def to_text(told: Task | Verdict) -> str:
    """As JSON."""
    return json.dumps(asdict(told))


def _header(fields: dict[str, Any] | None) -> Header | None:
    return Header(int(fields["width"]), int(fields["height"]), str(fields["format"])) if fields else None


def read_verdict(text: bytes) -> Verdict | None:
    """What a decoder said; None where it makes no sense."""
    try:
        told = json.loads(text)
        fault = Fault(told["fault"]) if told["fault"] else None
        return Verdict(_header(told["header"]), fault, _header(told["resized"]), int(told["size"]))
    except (ValueError, TypeError, KeyError):
        return None


def read_task(text: str) -> Task:
    """What a decoder is told at its start."""
    told = json.loads(text)
    return Task(**{**told, "keep": Size(**told["keep"]) if told["keep"] else None})
