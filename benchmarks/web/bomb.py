"""A picture that is small on the wire and huge in memory."""

import struct
import zlib

BOMB_SIDE = 16_000
"""Pixels a side."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side: int = BOMB_SIDE) -> bytes:
    """A black PNG in true color; compressed row by row, since its maker has no 768 MB to spare either."""
    packer, row = zlib.compressobj(), bytes(1 + 3 * side)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
