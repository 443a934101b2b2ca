"""Addresses of pictures in files of ours: `file:///pool/a.jpg`, and `file:///pool/0.tar#a.jpg` for one in a tar."""

import os
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from storage.records import FetchReason
from tasks.crawl.guard import Refused


def file_url(path: Path, member: str = "") -> str:
    """The address of an absolute path, or of a member of the tar there; whatever bytes their names hold."""
    return path.as_uri() + (f"#{quote(os.fsencode(member))}" if member else "")


def shown(name: str) -> str:
    """The name of a file as text that can be stored, whatever bytes it holds."""
    return os.fsencode(name).decode("utf-8", "replace")


def place_of(url: str) -> tuple[Path, str]:
    """The path and the member (or empty) of an address that `file_url` gave; Refused(BAD_URL) for any other."""
    try:
        parts = urlsplit(url)
        path, member = (os.fsdecode(unquote_to_bytes(part)) for part in (parts.path, parts.fragment))
    except ValueError as error:
        raise Refused(FetchReason.BAD_URL, "malformed") from error
    if parts.scheme != "file" or parts.netloc or parts.query or "\0" in path or not path.startswith("/"):
        raise Refused(FetchReason.BAD_URL, "no file of the pool")
    return Path(path), member
