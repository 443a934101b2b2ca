"""How many pictures a stage may lose before it stops."""

from collections.abc import Iterable, Sequence

from storage.errors import TooMuchLost
from storage.records import Unreadable
from tasks.embed.config import HashConfig

NAMED = 3
"""How many lost files an error names."""


def check_unreadable(listed: Iterable[tuple[str, str]], unreadable: Sequence[Unreadable], config: HashConfig) -> None:
    """Raise TooMuchLost where more than max_unreadable of the pictures are, listed as (digest, file or URL)."""
    why, lost, count = {row.digest: row.detail for row in unreadable}, list[str](), 0
    for digest, name in listed:
        count += 1
        if digest in why:
            lost.append(f"{name} ({why[digest]})")
    if len(lost) <= config.max_unreadable * count:
        return
    raise TooMuchLost(
        f"{len(lost)} of {count} pictures cannot be read, such as {'; '.join(lost[:NAMED])}",
        f"replace or remove them, or raise embed.max_unreadable ({config.max_unreadable:g})",
    )
