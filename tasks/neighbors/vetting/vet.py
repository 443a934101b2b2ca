"""Which proposed names become neighbor categories, and why the others do not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from storage.records import NameReason, Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.shape import misshape
from tasks.neighbors.spelling import tidy, words
from tasks.neighbors.vetting.by_dictionary import Verdict
from tasks.neighbors.vetting.groups import Called, Group, by_meaning, firsts, under_one_name
from tasks.neighbors.vetting.verdicts import RULES, Judge, Rules, judge

FILE = "file"
"""The model of what a person wrote down, who may search as he likes."""

QUERIES = 3
"""Search phrases that a category keeps, whichever number of targets brought it."""


def _order(proposal: Proposal) -> tuple[object, ...]:
    """By parent, and of one parent's proposals the tidily written first: it is the one that a repeat repeats."""
    untidy = proposal.name != tidy(proposal.name)
    named = (proposal.rank, proposal.name, proposal.relation, proposal.queries, proposal.why)
    return (proposal.parent, untidy, *named, proposal.model, proposal.prompt)


def _row(proposal: Proposal, verdict: Verdict) -> Neighbor:
    return Neighbor(
        proposal.name, (proposal.parent,), proposal.relation, proposal.queries, proposal.why, *verdict,
        proposal.model, proposal.prompt, proposal.rank,
    )  # fmt: skip


def in_order(row: Neighbor) -> tuple[object, ...]:
    """What a stage's rows are sorted by."""
    return (row.name, row.parents, row.reason or "", row.queries, row.why, row.prompt)


def _queries(group: Sequence[Proposal], name: str) -> tuple[str, ...]:
    """The phrases that were given; of a model's those that share a word with the name, and read like names."""
    mine = set(words(name))
    given: dict[str, str] = {}
    for proposal in group:
        for text in (" ".join(query.split()) for query in proposal.queries):
            ours = proposal.model == FILE or (mine & set(words(text)) and not misshape(text))
            if text and ours:
                given.setdefault(text.casefold(), text)
    return tuple(given.values())[:QUERIES] or (name,)


def _merged(name: str, group: Sequence[Proposal]) -> Neighbor:
    """One row for proposals that mean one thing, one for each parent, in the order of the parents."""
    first = group[0]
    relations = {proposal.relation for proposal in group}
    relation = Relation.SIBLING if Relation.SIBLING in relations else first.relation
    return Neighbor(
        name, tuple(proposal.parent for proposal in group), relation, _queries(group, name), first.why, None, "",
        first.model, first.prompt, min(proposal.rank for proposal in group),
    )  # fmt: skip


def _settled(group: Group, judge: Judge) -> Iterator[Neighbor]:
    """The rows of proposals that mean one thing, none of them a target."""
    names = judge.names
    kinds_of = {each.given.parent for each in group if each.given.relation is Relation.HYPONYM}
    if kinds_of:
        # What is a kind of one target must not stand beside another: its pictures show that target.
        detail = f"a kind of the target class {names[min(kinds_of)].name}"
        wanted = kinds_of if judge.hyponyms == "keep" else set()
        strange = [each for each in group if each.given.parent not in wanted]
        yield from (_row(each.given, (NameReason.IS_HYPONYM, detail)) for each in strange)
        group = [each for each in group if each.given.parent in wanted]
    if not group:
        return
    kept = firsts(group)
    for each in group:
        parent = each.given.parent
        if (first := kept[parent]) is not each:
            detail = f"{tidy(first.given.name)}, proposed for {names[parent].name} already"
            yield _row(each.given, (NameReason.REPEATED, detail))
    yield _merged(group[0].now.name, [kept[parent].given for parent in sorted(kept)])


def within_counts(rows: Sequence[Neighbor], counts: Mapping[int, int]) -> list[Neighbor]:
    """The rows, without kept ones that come after `counts` others, by rank, for every one of their parents."""
    kept = sorted((row for row in rows if row.reason is None), key=lambda row: (row.rank, row.name))
    taken: Counter[int] = Counter()
    within: set[str] = set()
    for row in kept:
        if any(taken[parent] < counts[parent] for parent in row.parents):
            within.add(row.name)
            taken.update(row.parents)
    over = (NameReason.OVER_COUNT, "named after as many as the allocation gives its classes")
    return [
        replace(row, reason=over[0], detail=over[1]) if row.reason is None and row.name not in within else row
        for row in rows
    ]


def with_shots(rows: Sequence[Neighbor], classes: Sequence[TargetClass]) -> list[Neighbor]:
    """The rows, each with the training pictures of its rarest parent: the crawl serves those first."""
    shots = {target.label: target.train for target in classes}
    return [replace(row, shots=min((shots[parent] for parent in row.parents), default=0)) for row in rows]


def _dropped(each: Called, verdict: Verdict) -> Neighbor:
    reason, detail = verdict
    same = words(each.given.name) == words(each.now.name)
    return _row(each.given, (reason, detail if same else f"the same as {each.now.name}: {detail}"))


def vet(proposals: Sequence[Proposal], classes: Sequence[TargetClass], rules: Rules = RULES) -> list[Neighbor]:
    """Every kept category once, with all its parents, and every dropped proposal with its reason.

    The rows do not depend on the order of the proposals, and what is kept is kept again.
    """
    given, rows = judge(proposals, classes, rules), list[Neighbor]()
    left = [Called(proposal, proposal) for proposal in sorted(proposals, key=_order)]
    while True:
        verdicts = [given.verdict(each.now) for each in left]
        rows += [_dropped(each, verdict) for each, verdict in zip(left, verdicts, strict=True) if verdict]
        groups = by_meaning([each for each, verdict in zip(left, verdicts, strict=True) if not verdict], given)
        named = [each for group in groups for each in under_one_name(group)]
        named.sort(key=lambda each: _order(each.given))
        if named == left:
            break
        # For some of a group its name may mean more than theirs did, so that all are judged again under it.
        left, given = named, given.hearing(each.now for each in named)
    rows += [row for group in groups for row in _settled(group, given)]
    return sorted(rows, key=in_order)
