"""A person's look at the names before money is spent on their pictures."""

import logging

from prefect.flow_runs import pause_flow_run
from prefect.settings import PREFECT_API_URL

from flows.recipe import Recipe
from flows.showing.markdown import code, plain
from flows.showing.publish import publish_table
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.records import Neighbor, StageRef, TargetClass
from tasks.neighbors.review.desk import Desk, lay_out

logger = logging.getLogger(__name__)

PATIENCE = 14 * 24 * 3600
"""Seconds that a run waits for a person; after them it fails, and the next run asks again."""

LOOK_EVERY = 5
"""Seconds between two looks whether the run was resumed."""

SHOWN = 1000
"""Names in the table that the Prefect UI shows; the page and the sheet hold all."""


def _show(desk: Desk, targets: StageRef) -> None:
    """A table of the kept names in the Prefect UI."""
    names = {target.label: target.name for target in read_rows(targets, TargetClass)}
    kept = [row for row in read_rows(desk.names, Neighbor) if row.reason is None]
    publish_table(
        desk.recipe, "names",
        [
            {
                "name": plain(row.name),
                "of": plain(", ".join(names[label] for label in row.parents)),
                "why": plain(row.why),
            }
            for row in kept[:SHOWN]
        ],
        f"{len(kept):,} names to review. Edit {code(desk.sheet)}, then resume this run. All of them: {code(desk.page)}",
    )  # fmt: skip


def _miss(desk: Desk) -> None:
    """Say aloud that edits of names as they were are not in the names as they are."""
    if desk.left_behind:
        logger.warning(
            "neighbors: the names have changed since %s was edited, its edits are not in the new sheet; "
            "carry over what still holds (edit %s), or take the old one away",
            desk.left_behind, desk.sheet,
        )  # fmt: skip


def look_at(recipe: Recipe, names: StageRef, targets: StageRef) -> Desk:
    """Lay the names out; with `review: true`, wait until someone has resumed the run in the Prefect UI."""
    desk = Desk(recipe.data_root, recipe.name, names)
    lay_out(desk, recipe.neighbors, targets)
    logger.info("neighbors: to look at: %s; to edit: %s", desk.page, desk.sheet)
    _miss(desk)
    if not recipe.neighbors.review or desk.approved:
        return desk
    if not PREFECT_API_URL.value():
        raise BadInput(
            "`neighbors.review` waits for an approval in the Prefect UI, and this run has no Prefect server",
            "start one and set PREFECT_API_URL; or look at the names after --until neighbors and set review: false",
        )
    _show(desk, targets)
    logger.info("neighbors: waiting for approval: resume this flow run in the Prefect UI")
    pause_flow_run(timeout=PATIENCE, poll_interval=LOOK_EVERY)
    desk.approve()
    return desk
