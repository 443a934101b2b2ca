"""How many pictures a stage may lose before it stops."""

from collections.abc import Sequence

from storage.errors import TooMuchLost
from storage.records import Unreadable
from tasks.embed.config import HashConfig

NAMED = 3
"""How many lost files an error names."""


def check_unreadable(listed: Sequence[tuple[str, str]], unreadable: Sequence[Unreadable], config: HashConfig) -> None:
    """Raise TooMuchLost where more than max_unreadable of the pictures are, listed as (digest, file or URL)."""
    why = {row.digest: row.detail for row in unreadable}
    lost = [f"{name} ({why[digest]})" for digest, name in listed if digest in why]
    if len(lost) <= config.max_unreadable * len(listed):
        return
    raise TooMuchLost(
        f"{len(lost)} of {len(listed)} pictures cannot be read, such as {'; '.join(lost[:NAMED])}",
        f"replace or remove them, or raise embed.max_unreadable ({config.max_unreadable:g})",
    )
