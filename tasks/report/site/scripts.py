"""Data as classic scripts, since a page that is opened from a file may fetch nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

_UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}
"""What could end a script or begin a tag, were the text ever put into a page; JSON reads the escapes as the letters."""


def literal(value: Any) -> str:
    """The value as JavaScript in plain ASCII, whatever is in its texts; ValueError for what is no JSON."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def script(name: str, value: Any) -> bytes:
    """A script that hands the value to the page under a name."""
    return f'"use strict";site.take({literal(name)},{literal(value)});\n'.encode("ascii")


def columns(rows: Sequence[Any], row: type) -> dict[str, list[Any]]:
    """Rows of a dataclass as one list a field, which repeats no name."""
    held = [asdict(one) for one in rows]
    return {field.name: [one[field.name] for one in held] for field in fields(row)}
