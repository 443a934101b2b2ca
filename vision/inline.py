"""Pictures as small data URIs, for pages that fetch nothing."""

import base64
import io

from vision.decode import Undecodable, decode

MAX_PIXELS = 178_000_000
"""The most that embed can be told to decode: what it has let through is shown."""


def data_uri(data: bytes, side: int) -> str:
    """The picture as a JPEG of `side` pixels at most in a data URI; empty where it cannot be decoded."""
    try:
        picture = decode(data, MAX_PIXELS)
    except Undecodable:
        return ""
    picture.thumbnail((side, side))
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(sink.getvalue()).decode()
