"""What Prefect sees of the neighbors stage: one partition that asks, one that vets, one that takes a person's edits."""

from collections import Counter
from collections.abc import Sequence

from storage.fingerprint import fingerprint
from storage.manifest import Part, StageFolder, read_rows
from storage.records import Neighbor, Proposal, Spend, StageRef, TargetClass, Unanswered
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.llm.ask import NO_ANSWER
from tasks.neighbors.llm.store import Store
from tasks.neighbors.propose import counts_of, propose, provider_digest
from tasks.neighbors.proposed import check_answered
from tasks.neighbors.providers.listed import ListedNames
from tasks.neighbors.review.desk import Desk, edited
from tasks.neighbors.vetting.closeness import check_texts, text_digest
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet, with_shots, within_counts
from tasks.neighbors.wordnet import open_wordnet
from tasks.partition import Outcome, partition
from tasks.progress import counted

VERSION = 3


def names_digest(targets: StageRef) -> str:
    """What asking and vetting depend on: the classes with their sizes, and none of their pictures."""
    rows = read_rows(targets, TargetClass)
    return fingerprint([(row.label, row.name, row.train, row.aliases, row.definition, row.taxonomy) for row in rows])


def outside_digest(config: NeighborsConfig) -> str:
    """What lies outside the recipe: the provider's own texts, the dictionary, the text encoder."""
    wordnet = open_wordnet(config.vet.dictionary)
    return fingerprint(provider_digest(config), wordnet.digest if wordnet else "", text_digest(config.vet.text))


def came_short(names: StageRef) -> bool:
    """Whether some class was never answered, so that asking for it again may bring names."""
    return any(row.reason in NO_ANSWER for row in read_rows(names, Unanswered))


@partition("propose")
def propose_names(folder: StageFolder, part: str, config: NeighborsConfig, targets: StageRef, refresh: str) -> Outcome:
    """Ask for the neighbors of all classes; with the name of a `refresh`, only its own stored answers are read.

    One partition, so that budget and pace are those of the recipe; nothing is lost with it, for
    every answer is stored when it is given.
    """
    classes = read_rows(targets, TargetClass)
    store = Store(folder.root, refresh)
    answer = propose(classes, config, store, counted("neighbors: asked", len(classes)))
    check_answered(len(classes), answer.unanswered, config.most_unanswered)
    files = [
        folder.write_rows(part, answer.proposals, Proposal),
        folder.write_rows(part, answer.unanswered, Unanswered),
        folder.write_rows(part, answer.spend, Spend),
    ]
    held = sum(one.stored for one in answer.spend)
    return files, Counter(
        asked=len(classes), held=held, proposed=len(answer.proposals), unanswered=len(answer.unanswered),
        tokens=answer.tokens,
    )  # fmt: skip


@partition("vet")
def vet_names(
    folder: StageFolder, part: str, config: NeighborsConfig, asked: Sequence[Part], targets: StageRef
) -> Outcome:
    """Vet all proposals together; one row a category, kept or with its reason."""
    classes = read_rows(targets, TargetClass)
    rules = Rules(open_wordnet(config.vet.dictionary), config.vet.hyponyms)
    rows = vet(folder.read_rows(asked, Proposal), classes, rules)
    if config.vet.text:
        rows = check_texts(rows, classes, config.vet.text)
    if not isinstance(config.provider, ListedNames):
        rows = within_counts(rows, counts_of(classes, config))
    return [folder.write_rows(part, with_shots(rows, classes), Neighbor)], Counter(row.reason or "kept" for row in rows)


@partition("review")
def review_names(folder: StageFolder, part: str, desk: Desk, targets: StageRef) -> Outcome:
    """The names as a person left them, beside what they were made of."""
    rows = with_shots(edited(desk, targets) or [], read_rows(targets, TargetClass))
    files = [
        folder.write_rows(part, rows, Neighbor),
        folder.write_rows(part, read_rows(desk.names, Proposal), Proposal),
        folder.write_rows(part, read_rows(desk.names, Unanswered), Unanswered),
        folder.write_rows(part, read_rows(desk.names, Spend), Spend),
    ]
    return files, Counter(row.reason or "kept" for row in rows)
