"""The model card: what the classifier can do, how it was trained, and all that it was trained on."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.fingerprint import plain
from storage.markdown import markdown
from storage.records import Accuracy, Calibration, Split
from training.config import Arm, Mode, TrainConfig
from training.evaluate import GROUPS
from training.exporting.learned import Learned, judged_on
from training.exporting.lineage import Link, lineage
from training.exporting.plain import NotPlain
from training.exporting.sources import Added, added
from vision.inputs import Input, input_of
from vision.origins import has_weights, license_of, repository_of

_HERE = Path(__file__).parent

CLASSES = 200
"""That the card lists; all are in preprocess.json."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Accuracies of one arm by group, in percent; None of a group without classes."""

    arm: str
    accuracies: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """All that the card tells; texts are as they were given, and escaped where they are written.

    `started` is whether the network began with anybody's weights, `encoder` their repository where they have one.
    """

    name: str
    arm: Arm
    classes: tuple[str, ...]
    started: bool
    weights_license: str
    encoder: str
    precision: str
    shape: Input
    plain: NotPlain | None
    split: Split
    scores: tuple[Scores, ...]
    sizes: tuple[int, ...]
    calibration: tuple[Calibration, ...]
    settings: TrainConfig
    added: Added | None
    links: tuple[Link, ...]
    train: str
    version: str


def _scores(rows: tuple[Accuracy, ...], arm: Arm, split: Split) -> tuple[Scores, ...]:
    """An arm's, below those of the targets alone where they were trained too."""
    held = {(row.arm, row.group): 100 * row.accuracy for row in rows if row.split is split}
    arms = [each for each in dict.fromkeys((Arm.TARGETS_ONLY, arm)) if (each, "all") in held]
    return tuple(Scores(each, tuple(held.get((each, group)) for group in GROUPS)) for each in arms)


def _precision(learned: Learned) -> str:
    """What the vectors were computed in that a classifier was trained on; whole networks are judged in 32 bits."""
    return learned.encoder.precision if learned.config.mode is Mode.FEATURES else "fp32"


def card_of(learned: Learned, made: NotPlain | None) -> Card:
    """What the card tells of a run; `made` says why there is no timm model, where there is none."""
    split = judged_on(learned.accuracy)
    sizes = {row.group: row.classes for row in learned.accuracy if row.split is split and row.arm == learned.arm}
    contents = {name: ref.content for name, ref in learned.stages._asdict().items()}
    if learned.train:
        contents["train"] = learned.train.content
    started = has_weights(learned.encoder)
    return Card(
        learned.recipe.name, learned.arm, learned.data.classes, started, license_of(learned.encoder) if started else "",
        repository_of(learned.encoder) if started else "", _precision(learned), input_of(learned.encoder), made, split,
        _scores(learned.accuracy, learned.arm, split), tuple(sizes.get(group, 0) for group in GROUPS),
        tuple(row for row in learned.calibration if row.arm == learned.arm), learned.config, added(learned),
        lineage(learned.index, contents), learned.train.content if learned.train else "", learned.run.fingerprint,
    )  # fmt: skip


def _front(card: Card) -> str:
    """The front matter that the hub reads."""
    about = {
        "license": card.weights_license or "unknown",
        "library_name": "onnx" if card.plain else "timm",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "long-tailed", *([] if card.plain else ["timm"]), "onnx"],
    }
    if card.encoder:
        about["base_model"] = card.encoder
    return yaml.safe_dump(about, sort_keys=False, allow_unicode=True)


def _environment() -> Environment:
    # The card is markdown, whose markup `md` takes the power from.
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=False,  # noqa: S701
        undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["md"] = markdown
    return environment


def render(card: Card) -> str:
    """The card as markdown; the same card is the same text."""
    settings = yaml.safe_dump(plain(card.settings), sort_keys=False, allow_unicode=True)
    template = _environment().get_template("card.md.j2")
    return template.render(
        card=card, front=_front(card), groups=GROUPS, settings=settings, shown=card.classes[:CLASSES]
    )
