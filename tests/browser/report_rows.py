"""The rows of a generated run, some of them with the worst texts that strangers may write."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from storage.records import Crawled, Decision, DropReason, NameReason, Neighbor, Override, Relation
from tasks.select.overrides import BY_HAND

HOSTILE = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>\"' \u202egnp.exe"
REASONS = (
    None, None, None, DropReason.UNLIKE_PARENTS, DropReason.UNLIKE_CATEGORY, DropReason.DUPLICATE, DropReason.LEAK,
    DropReason.LIKE_ANOTHER_CLASS,
)  # fmt: skip
SOURCES, LICENSES = ("openverse", "wikimedia"), ("cc0", "by", "")


def crawled_row(number: int, neighbor: str, digest: str) -> Crawled:
    """One candidate; every seventh has strangers' worst texts, and an address that could run something."""
    worst = number % 7 == 3
    return Crawled(
        f"https://pictures.example/{number}.jpg", neighbor, f"{neighbor} photo", number, SOURCES[number % 2],
        f"{HOSTILE} {number}" if worst else f"picture {number}", HOSTILE if worst else "Ann",
        LICENSES[number % 3], "https://license.example/", "javascript:alert(1)" if worst else f"https://p.example/{number}",
        digest, None, "", 1000, 96, 72,
    )  # fmt: skip


def decision_row(row: Crawled, number: int, before: str) -> Decision:
    """One verdict with scores by chance; a duplicate copies the candidate of the key `before`."""
    reason, rng = REASONS[number % len(REASONS)], np.random.default_rng(number)
    similarity, agreement, centrality, margin = (float(score) for score in rng.uniform(0.1, 0.9, 4))
    one = Decision(
        row.key, row.neighbor, row.digest or "", reason, similarity, agreement=agreement, centrality=centrality,
        margin=margin - 0.5, rival="orange", name_rank=0.1,
    )  # fmt: skip
    if reason is DropReason.LEAK:
        return replace(one, copy_of="test:held.jpg", copy_score=0.97)
    return replace(one, copy_of=before, copy_score=0.99) if reason is DropReason.DUPLICATE else one


def marked_rows(decisions: Sequence[Decision], count: int) -> tuple[list[Decision], list[Override]]:
    """The verdicts where somebody marked so many of the kept pictures, each of which had one copy; and the marks."""
    kept = [row for row in decisions if row.reason is None][: 2 * count]
    gone = {}
    for one, copy in zip(kept[::2], kept[1::2], strict=True):
        gone[one.key] = replace(one, reason=DropReason.REJECTED, detail=BY_HAND)
        why = f"a copy of {one.key}, {BY_HAND}"
        gone[copy.key] = replace(copy, reason=DropReason.REJECTED, copy_of=one.key, copy_score=0.98, detail=why)
    return [gone.get(row.key, row) for row in decisions], [Override(one.neighbor, one.key, 2) for one in kept[::2]]


def neighbor_rows(count: int, targets: int) -> list[Neighbor]:
    """So many neighbors, the last of a hostile name, each of two targets; and a name that was dropped."""
    names = [f"neighbor {number:03d}" for number in range(count - 1)] + [HOSTILE]
    kept = [
        Neighbor(
            name, (number % targets, (number + 1) % targets), Relation.SIBLING, (f"{name} photo",), f"like it {name}",
            None, "", "parrot", "prompt-1",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    return [*kept, replace(kept[0], name="Target 0", parents=(0,), reason=NameReason.IS_TARGET, detail="it is one")]
