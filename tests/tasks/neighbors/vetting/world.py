"""Label sets and proposals for tests of vetting, written short."""

from collections.abc import Sequence

from storage.records import Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.vetting.verdicts import RULES, Rules
from tasks.neighbors.vetting.vet import vet


def targets(*names: str, taxonomy: str = "") -> list[TargetClass]:
    """A label set by names, each with its aliases after it: "eggplant = brinjal = baingan"."""
    spelled = [[part.strip() for part in name.split("=")] for name in names]
    return [
        TargetClass(label, name, 2, 0, 1, tuple(aliases), taxonomy=taxonomy)
        for label, (name, *aliases) in enumerate(spelled)
    ]


def proposed(name: str, parent: int = 0, relation: Relation = Relation.SIBLING, rank: int = 0) -> Proposal:
    """One name for one class."""
    return Proposal(name, parent, relation, (name,), "alike", "m", "p", rank)


def vetted(name: str, parent: str, classes: Sequence[TargetClass], rules: Rules = RULES) -> Neighbor:
    """The row of one name, proposed for the class of that name."""
    (row,) = vet([proposed(name, next(one.label for one in classes if one.name == parent))], classes, rules)
    return row


def kept(rows: Sequence[Neighbor]) -> list[Neighbor]:
    """The rows without a reason."""
    return [row for row in rows if row.reason is None]


def proposed_again(rows: Sequence[Neighbor]) -> list[Proposal]:
    """Kept rows as proposals, one for each parent."""
    return [
        Proposal(row.name, parent, row.relation, row.queries, row.why, row.model, row.prompt, row.rank)
        for row in rows
        for parent in row.parents
    ]
