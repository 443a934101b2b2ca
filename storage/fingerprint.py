"""Keys: a digest of what went into a stage.

Only plain values, dataclasses and pydantic models can be digested; anything whose text may
differ between two processes (sets, paths, secrets) is refused rather than guessed at.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.config import JsonDict

NOT_IN_KEY: JsonDict = {"in_key": False}
"""`json_schema_extra` of a field that cannot change a stage's output: pace, place, device."""


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        kept = {
            name: getattr(value, name) for name, f in type(value).model_fields.items() if _in_key(f.json_schema_extra)
        }
        return {name: _plain(item) for name, item in kept.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{type(value).__name__} has no stable text, so it cannot be part of a key")


def _in_key(extra: object) -> bool:
    return not (isinstance(extra, dict) and extra.get("in_key") is False)


def plain(value: object) -> Any:
    """The value as JSON types, without the fields marked NOT_IN_KEY; a manifest keeps it."""
    return _plain(value)


def fingerprint(*parts: object) -> str:
    """The first 16 hex digits of the SHA-256 of the parts' canonical JSON."""
    text = json.dumps([_plain(part) for part in parts], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def bucket(text: str, of: int) -> int:
    """The partition in [0, of) that a text belongs to, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % of
