"""The names as a page: every class with what is kept for it, and what was dropped for which reason."""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.records import Neighbor, TargetClass, Unanswered

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Block:
    """One class with its names; `unanswered` says why it has none, or is empty."""

    target: TargetClass
    kept: tuple[Neighbor, ...]
    dropped: tuple[Neighbor, ...]
    unanswered: str


def blocks(
    rows: Sequence[Neighbor], classes: Sequence[TargetClass], unanswered: Sequence[Unanswered]
) -> tuple[Block, ...]:
    """The classes in label order, their names by rank."""
    why = {row.label: f"{row.reason.replace('_', ' ')}: {row.detail}" for row in unanswered}
    by_label: dict[int, list[Neighbor]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.rank, row.name)):
        for label in row.parents:
            by_label[label].append(row)
    return tuple(
        Block(
            target,
            tuple(row for row in by_label[target.label] if row.reason is None),
            tuple(row for row in by_label[target.label] if row.reason is not None),
            why.get(target.label, ""),
        )
        for target in sorted(classes, key=lambda target: target.label)
    )


def render_page(
    title: str,
    sheet: str,
    rows: Sequence[Neighbor],
    classes: Sequence[TargetClass],
    unanswered: Sequence[Unanswered],
    bounds: Sequence[str],
) -> str:
    """The page as HTML; `sheet` names the file to edit, `bounds` says what the recipe vets by."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        title=title,
        sheet=sheet,
        bounds=bounds,
        blocks=blocks(rows, classes, unanswered),
        names={target.label: target.name for target in classes},
        kept=sum(row.reason is None for row in rows),
        reasons=Counter(row.reason for row in rows if row.reason).most_common(),
        css=css,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )
