"""Which proposed names become neighbor categories, and why the others do not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from storage.records import NameReason, Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.spelling import tidy, words
from tasks.neighbors.variants import LabelSet, Words, essence, label_set

QUERIES = 3
"""Search phrases that a category keeps, whichever number of targets brought it."""

Verdict = tuple[NameReason, str]


def _order(proposal: Proposal) -> tuple[object, ...]:
    """By parent, and of one parent's proposals the tidily written first: it is the one that a repeat repeats."""
    untidy = proposal.name != tidy(proposal.name)
    named = (proposal.name, proposal.relation, proposal.queries, proposal.why)
    return (proposal.parent, untidy, *named, proposal.model, proposal.prompt)


def _row(proposal: Proposal, verdict: Verdict) -> Neighbor:
    return Neighbor(
        proposal.name, (proposal.parent,), proposal.relation, proposal.queries, proposal.why, *verdict,
        proposal.model, proposal.prompt,
    )  # fmt: skip


def _as_target(name: Words, labels: LabelSet) -> Verdict | None:
    if not name:
        return NameReason.EMPTY, "nothing is left of the name without its punctuation"
    if target := labels.same(name):
        return NameReason.IS_TARGET, f"the target class {target.name}"
    if target := labels.variant(name):
        return NameReason.IS_VARIANT, f"the target class {target.name} in other words"
    return None


def _spelling(group: Sequence[Proposal]) -> str:
    """The spelling that most proposals use; of equals the shortest, then the first by alphabet."""
    counts = Counter(tidy(proposal.name) for proposal in group)
    return min(counts, key=lambda name: (-counts[name], len(name), name))


def _queries(group: Sequence[Proposal], name: str) -> tuple[str, ...]:
    given: dict[str, str] = {}
    for proposal in group:
        for query in proposal.queries:
            if text := " ".join(query.split()):
                given.setdefault(text.casefold(), text)
    return tuple(given.values())[:QUERIES] or (name,)


def _merged(group: Sequence[Proposal]) -> Neighbor:
    """One row for proposals that mean one thing, one for each parent, in the order of the parents."""
    first, name = group[0], _spelling(group)
    relations = {proposal.relation for proposal in group}
    relation = Relation.SIBLING if Relation.SIBLING in relations else first.relation
    parents = tuple(proposal.parent for proposal in group)
    return Neighbor(name, parents, relation, _queries(group, name), first.why, None, "", first.model, first.prompt)


def _settled(group: Sequence[Proposal], names: dict[int, str]) -> Iterator[Neighbor]:
    """The rows of proposals that mean one thing, none of them a target."""
    kinds_of = [proposal for proposal in group if proposal.relation is Relation.HYPONYM]
    if kinds_of:
        # What is a kind of one target must not stand beside another: its pictures show that target.
        detail = f"a kind of the target class {names[kinds_of[0].parent]}"
        yield from (_row(proposal, (NameReason.IS_HYPONYM, detail)) for proposal in group)
        return
    by_parent: dict[int, Proposal] = {}
    for proposal in group:
        if first := by_parent.get(proposal.parent):
            detail = f"{tidy(first.name)}, proposed for {names[proposal.parent]} already"
            yield _row(proposal, (NameReason.REPEATED, detail))
        else:
            by_parent[proposal.parent] = proposal
    yield _merged(list(by_parent.values()))


def vet(proposals: Sequence[Proposal], classes: Sequence[TargetClass]) -> list[Neighbor]:
    """Every kept category once, with all its parents, and every dropped proposal with its reason.

    The rows do not depend on the order of the proposals.
    """
    names = {target.label: target.name for target in classes}
    labels = label_set(classes, proposals)
    rows: list[Neighbor] = []
    groups: dict[Words, list[Proposal]] = defaultdict(list)
    for proposal in sorted(proposals, key=_order):
        name = words(proposal.name)
        if verdict := _as_target(name, labels):
            rows.append(_row(proposal, verdict))
        else:
            groups[essence(name)].append(proposal)
    for group in groups.values():
        rows += _settled(group, names)
    return sorted(rows, key=lambda row: (row.name, row.parents, row.reason or "", row.queries, row.why, row.prompt))
