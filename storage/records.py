"""The vocabulary of the pipeline: the rows that stages write and the references they pass.

Every stage reads and writes tables of these frozen rows. Nothing here computes anything
beyond an identity, so that every package may import it.
"""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

VOLATILE = {"volatile": True}
"""Field metadata: a record of when or how long, never part of a table's content digest."""


class Stage(StrEnum):
    """The stages of the pipeline in its order, and after them those that other data sets go through."""

    TARGETS = "targets"
    NEIGHBORS = "neighbors"
    CRAWL = "crawl"
    EMBED = "embed"
    SELECT = "select"
    SHARD = "shard"
    TRAIN = "train"
    REPORT = "report"
    CATALOG = "catalog"
    LEAKS = "leaks"


PIPELINE = (
    Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD, Stage.TRAIN, Stage.REPORT,
)  # fmt: skip
"""The stages that a run of the pipeline goes through."""


class Split(StrEnum):
    """The three parts of a target data set; selection uses VAL only, TEST is read once."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class StageRef:
    """All that passes between stages: what went in (key), what came out (content), where.

    `reused` says that this run found the stage whole and did not execute it.
    """

    stage: Stage
    key: str
    content: str
    uri: str
    count: int
    reused: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class TargetClass:
    """One class of the long-tailed data set; `name` is as people write it ("golden delicious").

    `aliases` are its other names, `definition` is one sentence of what it is and `taxonomy` a path
    from the kind to it ("fruit > citrus > lemon"); empty where the data set does not say.
    """

    label: int
    name: str
    train: int
    val: int
    test: int
    aliases: tuple[str, ...] = ()
    definition: str = ""
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class TargetPicture:
    """One picture of the target data set; `key` is its path in its list, `digest` its SHA-256."""

    key: str
    split: Split
    label: int
    digest: str
    path: str = field(metadata=VOLATILE)


@dataclass(frozen=True, slots=True)
class Cataloged:
    """One picture of a data set that lies outside: a file of its own, or `size` bytes of a tar from `offset` on.

    `key` is its path in the data set, a tar's member named below its tar; `digest` is its SHA-256.
    """

    key: str
    digest: str
    path: str = field(metadata=VOLATILE)
    offset: int = field(metadata=VOLATILE)
    size: int


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


def url_key(url: str) -> str:
    """The identity of a candidate, and later the name of its sample in a shard."""
    return hashlib.sha256(url.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One picture that a source offers for one neighbor category; `rank` counts from 0."""

    url: str
    neighbor: str
    query: str
    rank: int
    source: str
    title: str
    creator: str
    license: str
    license_url: str
    landing_url: str

    @property
    def key(self) -> str:
        """The identity of the candidate: a digest of its URL."""
        return url_key(self.url)


@dataclass(frozen=True, slots=True)
class NoResults:
    """A neighbor category that no source offers anything for: perhaps there is no such thing."""

    neighbor: str
    queries: tuple[str, ...]


class FetchReason(StrEnum):
    """Why a candidate URL brought no picture."""

    BAD_URL = "bad_url"
    BAD_STATUS = "bad_status"
    BAD_LICENSE = "bad_license"
    BLOCKED_ADDRESS = "blocked_address"
    CONNECTION = "connection"
    DECODER_DIED = "decoder_died"
    NOT_A_PICTURE = "not_a_picture"
    OVER_BUDGET = "over_budget"
    ROBOTS = "robots"
    TAKEN_DOWN = "taken_down"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    TOO_COSTLY = "too_costly"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_SMALL = "too_small"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Crawled(Candidate):
    """What became of a candidate: a stored picture (`digest`) or a `reason`, never both.

    `size` is in bytes, `width` and `height` in pixels as stored, 0 where nothing was stored.
    """

    digest: str | None
    # A host fails in another way every night, and no later stage judges by how: else all of them would run again for
    # it. A report that is found whole may thus count the losses by their reasons of before.
    reason: FetchReason | None = field(metadata=VOLATILE)
    detail: str = field(metadata=VOLATILE)
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Redirected(Candidate):
    """A candidate that another host has, at `to`; `hops` are the redirects so far.

    Fetched next by whoever that host's URLs fall to, so that each host has one who keeps its pace.
    """

    to: str
    hops: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one source: results `skip` to `skip + limit` of a query, and how many of them can be used.

    `more` says that the source may hold further ones.
    """

    neighbor: str
    source: str
    query: str
    skip: int
    limit: int
    offered: int
    more: bool


@dataclass(frozen=True, slots=True)
class Embedded:
    """What similarity and copies are judged by, for one picture; its vector lies beside it.

    `phash` and `phash_flipped` are 8 bytes each, the picture's and its mirror image's;
    `thumbnail` is a square of gray bytes.
    """

    digest: str
    phash: bytes
    phash_flipped: bytes
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class ClipEmbedded:
    """A picture in the space that it shares with texts, its vector beside it.

    Not written where the encoder itself is the model that reads texts: then `Embedded` holds the same.
    """

    digest: str


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a class or category as the model that reads texts sees it, its vector beside it."""

    name: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What one scorer of the recipe says of one picture."""

    digest: str
    scorer: str
    score: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that could not be decoded."""

    digest: str
    detail: str


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


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """One auxiliary class as the shards hold it: `index` is what the samples' .cls files say."""

    index: int
    name: str
    parents: tuple[int, ...]
    pictures: int


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """Where one kept picture lies: `offset` and `size` are of its bytes inside the tar.

    `shard` is the tar's name below the stage's folder, attempt included.
    """

    key: str
    digest: str
    neighbor: str
    offset: int
    size: int
    shard: str = field(metadata=VOLATILE)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Mean of the per-class accuracies, in [0, 1], of one arm over one group of target classes.

    `group` is all, many, medium or few; `classes` is how many classes it holds.
    """

    arm: str
    group: str
    accuracy: float
    classes: int
    split: Split = Split.TEST


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Right answers of one arm among the test pictures of one target class with `train` training pictures."""

    arm: str
    label: int
    name: str
    group: str
    train: int
    correct: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far one arm's confidence lies from its accuracy: the expected calibration error, in [0, 1]."""

    arm: str
    split: Split
    error: float
    pictures: int


@dataclass(frozen=True, slots=True)
class Confused:
    """Test pictures of one target class that one arm took for another, `predicted`.

    `shares_neighbor` says that the two classes are parents of one neighbor.
    """

    arm: str
    label: int
    name: str
    predicted: int
    predicted_name: str
    pictures: int
    shares_neighbor: bool


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
