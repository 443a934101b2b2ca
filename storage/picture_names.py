"""What a picture's file name looks like, alone and on a line of a list."""

import re

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff")
"""What a picture's file name ends in, in any case."""

# A path may hold spaces and commas, so it ends at the first suffix with a number behind it.
_SUFFIX = "(?:" + "|".join(re.escape(suffix) for suffix in SUFFIXES) + ")"
LABELED = re.compile(rf"(?P<path>.+?{_SUFFIX})(?:\s*,\s*|\s+)(?P<label>[+-]?\d+)(?=[\s,]|$)", re.IGNORECASE)
"""A line that is a path and a label, whatever columns follow."""

NAMED = re.compile(rf"(?P<path>.+?{_SUFFIX})(?:[\s,]+(?P<rest>.*))?$", re.IGNORECASE)
"""A line that begins with a path, whatever follows."""


def is_picture(name: str) -> bool:
    """Whether a file's name is a picture's."""
    return name.lower().endswith(SUFFIXES)
