"""What Prefect sees of the neighbors stage: partitions that ask, one that vets."""

from collections import Counter
from collections.abc import Sequence

from storage.fingerprint import bucket, fingerprint
from storage.manifest import Part, StageFolder, read_rows
from storage.records import Neighbor, Proposal, Spend, StageRef, TargetClass, Unanswered
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.generate import check_answered, propose
from tasks.neighbors.vet import vet
from tasks.partition import Outcome, part_index, partition

VERSION = 1


def names_digest(targets: StageRef) -> str:
    """What asking and vetting depend on: the classes' labels and names, and none of their pictures."""
    return fingerprint([(row.label, row.name) for row in read_rows(targets, TargetClass)])


@partition("propose")
def propose_names(folder: StageFolder, part: str, config: NeighborsConfig, targets: StageRef) -> Outcome:
    """Ask for the neighbors of one partition's classes."""
    classes = read_rows(targets, TargetClass)
    index, count = part_index(part)
    ours = [target for target in classes if bucket(target.name, count) == index]
    answer = propose(ours, [target.name for target in classes], config)
    files = [
        folder.write_rows(part, answer.proposals, Proposal),
        folder.write_rows(part, answer.unanswered, Unanswered),
        folder.write_rows(part, answer.spend, Spend),
    ]
    tokens = answer.usage.prompt_tokens + answer.usage.completion_tokens
    return files, Counter(
        asked=len(ours), proposed=len(answer.proposals), unanswered=len(answer.unanswered), tokens=tokens
    )


@partition("vet")
def vet_names(
    folder: StageFolder, part: str, config: NeighborsConfig, asked: Sequence[Part], targets: StageRef
) -> Outcome:
    """Vet all proposals together; one row a category, kept or with its reason."""
    classes = read_rows(targets, TargetClass)
    check_answered(len(classes), folder.read_rows(asked, Unanswered), config)
    rows = vet(folder.read_rows(asked, Proposal), classes)
    return [folder.write_rows(part, rows, Neighbor)], Counter(row.reason or "kept" for row in rows)
