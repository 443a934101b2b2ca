"""Which factors of curation are varied, and at which values; all else stays as the recipe says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tasks.select.config import OfTargets


class Source(StrEnum):
    """Who names the neighbors."""

    SCRIPT = "language model"
    WORDNET = "WordNet"
    CHANCE = "chance, of the web's"
    CHANCE_WORDS = "chance, any word"


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from the recipe.

    `select` are changes of its section, as pairs; `neighbors` how many of a class's names are
    used, the best ranked first; `volume_of` as how many names an epoch is to draw pictures, of
    all names that are used; None is for what the recipe says.
    """

    select: tuple[tuple[str, object], ...] = ()
    neighbors: int | None = None
    volume_of: int | None = None
    lambda_s: float | None = None
    source: Source = Source.SCRIPT


AS_SET = Settings()
Factors = Mapping[str, Mapping[str, Settings]]


def _select(**changes: object) -> Settings:
    return Settings(select=tuple(changes.items()))


VARIETY = "neighbors per class, one volume"
"""The one factor without the recipe's own value, whose volume is larger."""

FACTORS: Factors = {
    # The sandbox's web has one, two, three or five neighbors of a class.
    "neighbors per class": {str(k): Settings(neighbors=k) for k in (1, 2, 3)} | {"all": AS_SET},
    VARIETY: {
        "1": Settings(neighbors=1),
        **{str(k): Settings(neighbors=k, volume_of=1) for k in (2, 3)},
        "all": Settings(volume_of=1),
    },
    "pictures per neighbor": {str(cap): _select(cap=cap) for cap in (5, 10, 20, 40)} | {"all": AS_SET},
    "least similarity": {
        "off": _select(min_similarity=-1.0),
        "q 0.5": AS_SET,
        "q 0.95": _select(min_similarity=OfTargets(target_quantile=0.95)),
        "0.7": _select(min_similarity=0.7),
        "0.78": _select(min_similarity=0.78),
        "0.84": _select(min_similarity=0.84),
    },
    "most similarity": {
        "off": _select(max_similarity=1.0),
        "q 1": AS_SET,
        "q 0.5": _select(max_similarity=OfTargets(target_quantile=0.5)),
        "0.87": _select(max_similarity=0.87),
        "0.78": _select(max_similarity=0.78),
    },
    "source of names": {
        Source.SCRIPT.value: AS_SET,
        **{source.value: Settings(source=source) for source in Source if source is not Source.SCRIPT},
    },
    "filters": {
        "as set": AS_SET,
        "no leak guard": _select(leak_guard=False),
        "no dedup": _select(dedup=False),
        "no margin": _select(min_margin=-2.0),
        "none": _select(
            leak_guard=False, dedup=False, min_margin=-2.0, min_similarity=-1.0, max_similarity=1.0,
            min_agreement=-1.0, max_name_rank=1.0,
        ),
    },
    "lambda_s": {f"{each:g}": AS_SET if each == 0.1 else Settings(lambda_s=each) for each in (1, 0.3, 0.1, 0.03, 0)},
}  # fmt: skip
"""By factor its values; AS_SET stands for the value that the recipe has."""

FEW = {
    "neighbors per class": ("1", "all"),
    VARIETY: ("1", "all"),
    "pictures per neighbor": ("5", "all"),
    "least similarity": ("q 0.5", "0.78"),
    "filters": ("as set", "none"),
    "lambda_s": ("1", "0.1", "0"),
}
"""The values of a quick run."""


def few(factors: Factors) -> Factors:
    """The factors and values of a quick run alone."""
    return {factor: {value: factors[factor][value] for value in values} for factor, values in FEW.items()}


def distinct(factors: Factors) -> Iterator[Settings]:
    """Every setting once, the recipe's first: several factors share it."""
    yield from dict.fromkeys([AS_SET, *(one for values in factors.values() for one in values.values())])
