"""A finished stage as a table in the Prefect UI: what went in, what came out of it, and what it took."""

from collections.abc import Iterator, Mapping
from itertools import chain

from flows.showing.markdown import code, plain
from flows.showing.publish import Cell, publish_table
from flows.showing.spent import of_pictures, spent, written
from storage.manifest import Manifest, read_manifest
from storage.records import DropReason, FetchReason, NameReason, Stage, StageRef
from tasks.report.gather import step

ENDS: Mapping[Stage, frozenset[str]] = {
    Stage.NEIGHBORS: frozenset(("kept", *NameReason)),
    Stage.CRAWL: frozenset(("fetched", *FetchReason)),
    Stage.EMBED: frozenset(("embedded", "unreadable")),
    Stage.SELECT: frozenset(("kept", *DropReason)),
}  # fmt: skip
"""How an item of a stage ends, in its tally's words: in one of these ways, so that their shares add up to one."""


def _row(what: str, amount: float, share: str = "") -> dict[str, Cell]:
    return {"what": what, "amount": amount, "share": share}


def _outcomes(manifest: Manifest) -> Iterator[dict[str, Cell]]:
    """Every way that occurred, the most frequent first."""
    ends = ENDS.get(manifest.ref.stage, frozenset())
    items = sum(count for way, count in manifest.tally.items() if way in ends)
    for way, count in sorted(manifest.tally.items(), key=lambda one: (-one[1], one[0])):
        if count:
            yield _row(way.replace("_", " "), count, f"{count / items:.1%}" if way in ends else "")


def _costs(ref: StageRef) -> Iterator[dict[str, Cell]]:
    for stored, of_what in ((False, ""), (True, ", of answers stored before")):
        if cost := spent(ref, stored=stored):
            yield _row(f"tokens{of_what}", cost.tokens)
            yield _row(f"money{of_what}", round(cost.money, 4))


def stage_rows(ref: StageRef) -> list[dict[str, Cell]]:
    """The table's rows: items in (where the stage counts them) and out, outcomes, seconds, megabytes, cost."""
    manifest, line = read_manifest(ref.uri), step(ref)
    rows = [] if line.taken is None else [_row("in", line.taken)]
    rows += [_row("out", line.handed), *_outcomes(manifest)]
    rows += [_row("seconds of work", round(line.seconds, 1)), _row("MB written", round(written(manifest) / 1e6, 3))]
    if ref.stage is Stage.CRAWL:
        rows.append(_row("MB of pictures", round(of_pictures(ref) / 1e6, 3)))
    return list(chain(rows, _costs(ref)))


def _described(owner: str, name: str, ref: StageRef) -> str:
    manifest = read_manifest(ref.uri)
    inputs = ", ".join(f"{plain(given)} {code(content)}" for given, content in manifest.inputs.items())
    return (
        f"**{plain(name)}** of recipe **{plain(owner)}**: {ref.count:,} items, made {manifest.created}\n\n"
        f"- key {code(ref.key)}, content {code(ref.content)}\n"
        f"- lies at {code(ref.uri)}\n"
        f"- made of {inputs or 'its settings alone'}\n"
    )


def show_stage(owner: str, name: str, ref: StageRef) -> None:
    """Publish the table of a stage that was sealed just now, under the name that it is remembered by."""
    publish_table(owner, name, stage_rows(ref), _described(owner, name, ref))
