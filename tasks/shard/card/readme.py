"""`README.md`: the data set's card, in the format of the Hugging Face hub."""

from pathlib import Path, PurePosixPath

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.markdown import markdown
from storage.records import Auxiliary
from tasks.shard.card.facts import Facts
from tasks.shard.card.survey import license_name

_HERE = Path(__file__).parent

MOST = 200
"""Classes that the card lists; all are in their file."""

NAMED = 3
"""Target classes that a line of it names."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGER = "1M<n<10M"
_CREATIVE_COMMONS = ("by", "cc0", "pdm")


def title(facts: Facts) -> str:
    """The data set's name."""
    return f"Neighbor categories of {facts.recipe}"


def about(facts: Facts) -> str:
    """What it is, in a sentence."""
    return (
        f"{facts.pictures:,} pictures of {len(facts.classes):,} categories, found by name and kept where "
        "nothing spoke against them."
    )


def _few(facts: Facts, one: Auxiliary) -> str:
    """Some of the target classes that a class is a neighbor of."""
    names = facts.neighbor_of(one)
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _size(pictures: int) -> str:
    return next((name for under, name in _SIZES if pictures < under), _LARGER)


def _license(facts: Facts) -> str:
    """In the hub's words: one license, a family of them, or others too."""
    held = {license_id for license_id, _ in facts.survey.licenses}
    if held == {"cc0"}:
        return "cc0-1.0"
    return "cc" if held and all(one.startswith(_CREATIVE_COMMONS) for one in held) else "other"


def data_files(facts: Facts) -> list[str]:
    """Where the tars lie, from the card on: a pattern, or one name a tar where several attempts wrote them.

    A folder that a killed attempt wrote some of may hold tars of it that are no part of the data set.
    """
    attempts = {str(PurePosixPath(tar.name).parent) for tar in facts.tars}
    return [f"{attempts.pop()}/shard-*.tar"] if len(attempts) == 1 else [tar.name for tar in facts.tars]


def front(facts: Facts) -> str:
    """The front matter that the hub reads, as YAML."""
    files = {"split": "train", "path": data_files(facts)}
    matter = {
        "pretty_name": title(facts),
        "license": _license(facts),
        "task_categories": ["image-classification"],
        "size_categories": [_size(facts.pictures)],
        "tags": ["webdataset", "long-tailed", "category-extrapolation", "croissant"],
        "configs": [{"config_name": "default", "data_files": [files]}] if facts.tars else [],
    }
    return yaml.safe_dump(matter, sort_keys=False)  # in ASCII: YAML takes U+0085 for a line break


def _environment() -> Environment:
    # The card is markdown, whose markup `md` takes the power from.
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=False,  # noqa: S701
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(md=markdown, license=license_name)
    return environment


def _example(facts: Facts) -> str:
    """The tars for the lines of code that read them: as few words as say it."""
    names = [tar.name for tar in facts.tars]
    if len(names) < 2:  # a range needs two ends
        return repr(names)
    attempt, last = PurePosixPath(names[0]).parent, PurePosixPath(names[-1]).stem.removeprefix("shard-")
    whole = len({PurePosixPath(name).parent for name in names}) == 1
    return repr(f"{attempt}/shard-{{000000..{last}}}.tar") if whole else f"{names[:2]!r}  # and so on"


def _decoder(facts: Facts) -> str:
    """What webdataset decodes pictures with: of itself it leaves AVIF as bytes."""
    return '"pil"' if facts.extensions == ("jpg",) else f'wds.imagehandler("pil", {list(facts.extensions)})'


def readme(facts: Facts) -> bytes:
    """The card's bytes."""
    largest = sorted(facts.classes, key=lambda one: (-one.pictures, one.index))[:MOST]
    page = _environment().get_template("README.md.j2")
    settings = yaml.safe_dump(dict(facts.select), sort_keys=False)  # in ASCII: what shows nothing is seen
    return page.render(
        front=front(facts), title=title(facts), about=about(facts), facts=facts, most=MOST, largest=largest,
        came=[one for one in facts.came if one.least is not None], settings=settings, example=_example(facts),
        decoder=_decoder(facts), few=lambda one: _few(facts, one),
    ).encode()  # fmt: skip
