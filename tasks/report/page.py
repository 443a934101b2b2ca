"""What the page shows, in plain values; nothing here knows where it came from."""

from dataclasses import dataclass

from tasks.report.page_map import FeatureMap

GROUPS = ("all", "many", "medium", "few")
"""The groups of target classes by their number of training pictures, as accuracy is told by."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many items of a stage ended in one way."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel: items taken in (None where it counts none) and handed on."""

    stage: str
    taken: int | None
    handed: int
    outcomes: tuple[Outcome, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture, and `twin`, the one that it copies: data URIs, empty where there is none to be shown."""

    image: str
    twin: str
    neighbor: str
    similarity: float
    copy_of: str
    copy_score: float
    detail: str


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy in [0, 1] over one group; `best` where no arm does better."""

    accuracy: float
    best: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """One row of the accuracy table, its scores in the order of GROUPS."""

    name: str
    scores: tuple[Score | None, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """Accuracies in [0, 1] by GROUPS: of targets alone, and of the arm that validation chose."""

    arm: str
    before: tuple[float | None, ...]
    after: tuple[float | None, ...]

    @property
    def changes(self) -> tuple[float | None, ...]:
        """What the neighbors bought, by group; None where either arm has no such class."""
        both = zip(self.before, self.after, strict=True)
        return tuple(None if before is None or after is None else after - before for before, after in both)


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of an arm, such as validation accuracy, at the steps where it was looked at."""

    arm: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Mover:
    """A target class that gained or lost by its neighbors; a training picture of it and kept ones of theirs."""

    name: str
    group: str
    train: int
    before: float
    after: float
    portrait: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """What training came to; `sizes` counts the classes of each of GROUPS.

    `judged_on` names the split that accuracies are of: test, or validation where there is no test.
    """

    judged_on: str
    arms: tuple[Arm, ...]
    sizes: tuple[int, ...]
    gain: Gain | None
    movers: tuple[Mover, ...]
    curves: tuple[Curve, ...]
    map: FeatureMap | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies that the run made."""

    what: str
    uri: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the overview says, in plain values; without `training` it is the report on the curation.

    `licenses` and `sources` count the pictures kept; `shown` are the pictures that the site holds.
    """

    title: str
    note: str
    steps: tuple[Step, ...]
    tokens: int
    cost: float
    training: Training | None
    targets: int
    neighbors: int
    kept: int
    dropped: int
    shown: int
    licenses: tuple[Outcome, ...]
    sources: tuple[Outcome, ...]
    places: tuple[Place, ...]

    @property
    def kind(self) -> str:
        """What the report is on: training, or as long as there is none, curation."""
        return "training" if self.training else "curation"

    @property
    def seconds(self) -> float:
        """What the stages took, one after the other."""
        return sum(step.seconds for step in self.steps)
