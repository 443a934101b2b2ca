"""What is kept, what is dropped and why, and what copies what."""

from dataclasses import dataclass
from enum import StrEnum


class DropReason(StrEnum):
    """Why a fetched picture is not kept."""

    UNREADABLE = "unreadable"
    UNLIKE_PARENTS = "unlike_parents"
    TOO_LIKE_PARENTS = "too_like_parents"
    UNLIKE_CATEGORY = "unlike_category"
    FAR_FROM_PROTOTYPE = "far_from_prototype"
    UNLIKE_NAME = "unlike_name"
    BY_SCORER = "by_scorer"
    LIKE_ANOTHER_CLASS = "like_another_class"
    LEAK = "leak"
    REJECTED = "rejected"
    HELD_EARLIER = "held_earlier"
    DUPLICATE = "duplicate"
    OVER_CAP = "over_cap"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one fetched candidate, with every score that it has, whatever decided.

    `similarity` is the cosine to the nearest parent's prototype, `agreement` that to the
    nearest pictures of its own category, `centrality` that to its category's prototype, `margin`
    how much nearer those pictures are than those of the nearest other class, `rival`; `name_rank`
    the share of other names that fit it better, None where no model reads names; `scores` what
    `scorers` say of it. `copy_of` names the picture it copies (a candidate's key, a target
    picture's "split:key", or "earlier:key") and `copy_score` how surely, in [0, 1]; `group` is the
    digest that stands for it and its copies.
    """

    key: str
    neighbor: str
    digest: str
    reason: DropReason | None = None
    similarity: float = 0.0
    copy_of: str = ""
    copy_score: float = 0.0
    detail: str = ""
    agreement: float = 0.0
    centrality: float = 0.0
    margin: float = 0.0
    rival: str = ""
    name_rank: float | None = None
    scorers: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """One mark that a person has made: this picture of this neighbor is rejected, or with no `key` the neighbor.

    `dropped` is how many candidates are gone for it, copies of the picture among them.
    """

    neighbor: str
    key: str
    dropped: int


@dataclass(frozen=True, slots=True)
class Bounded:
    """The bounds that one category's pictures were judged by: what each rule came to for it."""

    neighbor: str
    least_similarity: float
    most_similarity: float
    least_agreement: float
    least_centrality: float


class CopyKind(StrEnum):
    """How two pictures are known to be copies: by their bytes, or by how well one lies over the other."""

    SAME_BYTES = "same_bytes"
    ALIGNED = "aligned"


@dataclass(frozen=True, slots=True)
class Leak:
    """A picture of one data set, `a`, that is a copy of one of another, `b`, by their keys; `score` is in [0, 1].

    Where a and b are one data set, both are of it and the row tells of a duplicate.
    """

    a: str
    b: str
    score: float
    kind: CopyKind
