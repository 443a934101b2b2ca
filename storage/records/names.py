"""What is named: proposals, what became of them, and what they cost."""

from dataclasses import dataclass, field
from enum import StrEnum

from storage.records.volatile import VOLATILE


class Relation(StrEnum):
    """What a proposed name is to the target class it was proposed for."""

    SIBLING = "sibling"
    HYPONYM = "hyponym"
    LOOKALIKE = "lookalike"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One category as the provider named it for one target class, before any vetting.

    `model` and `prompt` say where the name comes from: a language model and the digest of what
    it was shown, or a dictionary or file and the place in it. `rank` counts from 0 within one
    class's answer.
    """

    name: str
    parent: int
    relation: Relation
    queries: tuple[str, ...]
    why: str
    model: str
    prompt: str
    rank: int = 0


class AnswerReason(StrEnum):
    """Why a target class got no neighbor names."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    REQUEST_FAILED = "request_failed"
    EMPTY = "empty"
    NOT_A_NAME = "not_a_name"
    OVER_BUDGET = "over_budget"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A target class that the provider named nothing usable for."""

    label: int
    reason: AnswerReason
    detail: str


@dataclass(frozen=True, slots=True)
class Spend:
    """What asking for one target class cost: requests answered, tokens as the provider counts them, money.

    `stored` says that the answer was held already; its cost is what it cost when it was given.
    """

    label: int
    requests: int = field(metadata=VOLATILE)
    prompt_tokens: int = field(metadata=VOLATILE)
    completion_tokens: int = field(metadata=VOLATILE)
    cost: float = field(default=0.0, metadata=VOLATILE)
    stored: bool = field(default=False, metadata=VOLATILE)


class NameReason(StrEnum):
    """Why a proposed neighbor category was dropped."""

    IS_TARGET = "is_target"
    IS_ALIAS = "is_alias"
    IS_BROADER = "is_broader"
    IS_HYPONYM = "is_hyponym"
    IS_VARIANT = "is_variant"
    NO_KIND = "no_kind"
    UNRELATED = "unrelated"
    NOT_A_NAME = "not_a_name"
    WRONG_SCRIPT = "wrong_script"
    REPEATED = "repeated"
    OVER_COUNT = "over_count"
    REVIEWED = "reviewed"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Neighbor:
    """One proposed category; `reason` is None where it is kept, `parents` are target labels.

    `rank` is its place in the answer that named it, the best of several; `closeness` is the cosine
    of its name to its nearest parent's by a text encoder, None where none was asked; `shots` are the
    training pictures of its rarest parent.
    """

    name: str
    parents: tuple[int, ...]
    relation: Relation
    queries: tuple[str, ...]
    why: str
    reason: NameReason | None
    detail: str
    model: str
    prompt: str
    rank: int = 0
    closeness: float | None = None
    shots: int = 0
